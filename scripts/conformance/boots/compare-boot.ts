import type { BootRecord } from '../../records/record.ts';
import { type BootField, type Fact, fact } from '../fact.ts';
import { compareAreas } from './compare-areas.ts';
import { compareFiles } from './compare-files.ts';
import { compareLog } from './compare-log.ts';
import { compareRegions } from './compare-regions.ts';
import type { BootOutcome } from './outcome.ts';

/** The kernel's own size is in this figure, so it may differ by that much. */
const memTotalTolerance = 0.01;

const heapText = (heap: BootOutcome['heaps'][number]) =>
  `${heap.name} ${heap.major}:${heap.minor} ${heap.mode.toString(8)}`;

function compareHeaps(record: BootRecord, outcome: BootOutcome): Fact<'heaps'>[] {
  const recorded = record.heaps.map((heap) =>
    heapText({ ...heap, mode: Number.parseInt(heap.mode, 8) & 0o7777 }),
  );
  const emulated = outcome.heaps.map(heapText);
  const count = Math.max(recorded.length, emulated.length);
  return Array.from({ length: count }, (_, index) =>
    fact('heaps', String(index), recorded[index], emulated[index]),
  );
}

function compareMemTotal(
  recordedKiB: number | undefined,
  emulatedKiB: number | undefined,
): Fact<'MemTotal'>[] {
  if (recordedKiB === undefined) return [];
  const near =
    emulatedKiB !== undefined && Math.abs(emulatedKiB - recordedKiB) <= recordedKiB * memTotalTolerance;
  const compared = fact(
    'MemTotal',
    '',
    `${recordedKiB} KiB`,
    emulatedKiB === undefined ? undefined : `${emulatedKiB} KiB`,
  );
  return [{ ...compared, equal: near }];
}

function compareCmaTotal(
  recordedKiB: number | undefined,
  emulatedKiB: number | undefined,
): Fact<'CmaTotal'>[] {
  if (recordedKiB === undefined) return [];
  const emulated = emulatedKiB === undefined ? undefined : `${emulatedKiB} KiB`;
  return [fact('CmaTotal', '', `${recordedKiB} KiB`, emulated)];
}

/**
 * Compares one recorded boot with the emulated one, fact by fact. A boot that died has only its log, and a record
 * of memory layout alone (no `run`) says nothing about heaps, areas and files.
 */
export function compareBoot(record: BootRecord, outcome: BootOutcome): Fact<BootField>[] {
  const ended = (booted: boolean) => (booted ? 'booted' : 'died');
  const recordedKiB = record.meminfoKiB;
  return [
    fact('booted', '', ended(record.booted), ended(outcome.booted)),
    ...(record.booted && record.run !== null
      ? [
          ...compareHeaps(record, outcome),
          ...compareAreas(record.areas, outcome),
          ...compareFiles(record.files ?? {}, outcome),
        ]
      : []),
    ...compareRegions(record, outcome),
    ...compareCmaTotal(recordedKiB.CmaTotal, outcome.cmaTotalKiB),
    ...compareMemTotal(record.run === null ? undefined : recordedKiB.MemTotal, outcome.memTotalKiB),
    ...compareLog(record.log, outcome),
  ];
}
