import { joinRanges, rangesOverlap } from '../../base/range.ts';
import type { FieldFacts, FieldFile, FieldRegion } from './facts.ts';

/**
 * What several files of one machine tell together. The log goes before /proc/iomem: it names regions, and knows RAM
 * that is not mapped. Of two files of one kind the first that tells something counts.
 */
export function mergeFacts(files: readonly FieldFile[]): FieldFacts {
  const order = ['dmesg', 'iomem', 'meminfo'];
  const sorted = files.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const merged: Record<string, unknown> = {};
  for (const { facts } of sorted) {
    for (const [name, value] of Object.entries(facts)) merged[name] ??= value;
  }
  const facts: FieldFacts = merged;
  const regions: FieldRegion[] = [];
  for (const region of sorted.flatMap((file) => file.facts.regions ?? [])) {
    const isKnown = regions.some((other) => other.name === region.name || rangesOverlap(other, region));
    if (!isKnown) regions.push(region);
  }
  const hidden = regions.filter(({ noMap }) => noMap);
  const { banks } = facts;
  // Memory that regions keep out of the map may be missing in what a kernel calls its memory.
  const touching = hidden.filter((region) =>
    (banks ?? []).some(
      (bank) =>
        bank.baseBytes + bank.sizeBytes === region.baseBytes ||
        region.baseBytes + region.sizeBytes === bank.baseBytes,
    ),
  );
  return {
    ...facts,
    regions,
    ...(banks === undefined ? {} : { banks: joinRanges([...banks, ...touching]) }),
  };
}
