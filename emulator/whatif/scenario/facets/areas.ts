import * as z from 'zod';
import { hex } from '../../../base/units.ts';
import type { AreaSummary, BootSummary } from '../../summary.ts';
import { defineFacet, differing } from '../facet.ts';
import type { Difference } from '../observed.ts';
import { size, sizeText } from './sizes.ts';

const area = z.strictObject({
  base: size.optional(),
  size: size.optional(),
  usedPages: z.int().optional(),
  isDefault: z.boolean().optional(),
  active: z.boolean().optional(),
  node: z.string().optional(),
  heaps: z.array(z.string()).optional(),
});

/** CMA areas, by name: what they are like, or `absent`. */
export const areas = defineFacet({
  key: 'areas',
  schema: z.record(z.string(), z.union([z.literal('absent'), area], 'expected absent, or facts of an area')),
  compare(wanted, { summary }) {
    const all = summary?.areas ?? [];
    return Object.entries(wanted).flatMap(([name, facts]) => {
      const seen = all.find((area) => area.name === name);
      if (facts === 'absent') return differing(`area ${name}`, 'absent', describe(seen));
      if (seen !== undefined) return compareArea(name, facts, seen, heapsOver(summary, name));
      const names = all.map((area) => area.name).join(' ');
      return [
        { what: `area ${name}`, expected: 'present', seen: names === '' ? 'no areas' : `only ${names}` },
      ];
    });
  },
});

/** The names by which an area's memory is reached. */
function heapsOver(summary: BootSummary | undefined, area: string): readonly string[] {
  return (summary?.heaps ?? []).filter((heap) => heap.area === area).map(({ name }) => name);
}

function compareArea(
  name: string,
  wanted: z.output<typeof area>,
  seen: AreaSummary,
  heaps: readonly string[],
): readonly Difference[] {
  const same = <Value>(
    key: string,
    value: Value | undefined,
    found: Value,
    text: (value: Value) => string,
  ) => (value === undefined ? [] : differing(`${key} of area ${name}`, text(value), text(found)));
  return [
    ...same('base', wanted.base, BigInt(seen.base), hex),
    ...same('size', wanted.size, BigInt(seen.size), sizeText),
    ...same('usedPages', wanted.usedPages, seen.usedPages, String),
    ...same('isDefault', wanted.isDefault, seen.isDefault, String),
    ...same('active', wanted.active, seen.active, String),
    ...same('heaps', wanted.heaps, heaps, (names) => names.join(' ')),
    ...same('node', wanted.node, seen.node ?? 'none', String),
  ];
}

function describe(area: AreaSummary | undefined): string {
  return area === undefined ? 'absent' : `${sizeText(BigInt(area.size))} at ${area.base}`;
}
