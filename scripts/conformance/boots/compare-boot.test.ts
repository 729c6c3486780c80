import { describe, expect, it } from 'vitest';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import type { BootRecord } from '../../records/record.ts';
import { compareBoot } from './compare-boot.ts';
import type { BootOutcome } from './outcome.ts';

const records = openRecords(ownRecordsFolder);

function recordNamed(kernel: string, name: string): BootRecord {
  const record = records.boots(kernel).find((boot) => boot.name === name);
  if (record === undefined) throw new Error(`no record ${kernel}/${name}`);
  return record;
}

/** What an emulator that does everything as recorded would come to; regions are not in a record as such. */
function perfect(record: BootRecord): BootOutcome {
  return {
    booted: record.booted,
    heaps: record.heaps.map((heap) => ({ ...heap, mode: Number.parseInt(heap.mode, 8) & 0o7777 })),
    areas: record.areas.map((area) => ({
      name: area.name,
      baseBytes: BigInt(area.base),
      sizeBytes: BigInt(area.size),
      usedPages: area.usedPages,
    })),
    regions: [],
    memTotalKiB: record.meminfoKiB.MemTotal,
    cmaTotalKiB: record.meminfoKiB.CmaTotal,
    log: record.log.map((line) => ({ level: line.level ?? 6, text: line.text })),
    file: (name) => record.files?.[name],
  };
}

const differing = (record: BootRecord, outcome: BootOutcome) =>
  compareBoot(record, outcome)
    .filter((fact) => !fact.equal && fact.field !== 'regions')
    .map((fact) => fact.field);

describe('a compared boot', () => {
  const record = recordNamed('6.1', 'b-dynamic');
  const outcome = perfect(record);

  it('agrees in every fact where all is as recorded, for every record', () => {
    for (const kernel of records.kernels) {
      for (const boot of records.boots(kernel)) expect(differing(boot, perfect(boot)), boot.name).toEqual([]);
    }
  });

  it('differs in a heap that is missing, one too many, and one with another minor', () => {
    const [system, cma] = outcome.heaps;
    if (system === undefined || cma === undefined) throw new Error('the record has two heaps');
    expect(differing(record, { ...outcome, heaps: [system] })).toEqual(['heaps']);
    expect(differing(record, { ...outcome, heaps: [system, cma, { ...cma, minor: 2 }] })).toEqual(['heaps']);
    expect(differing(record, { ...outcome, heaps: [system, { ...cma, minor: 2 }] })).toEqual(['heaps']);
  });

  it("differs in an area's place, and apart from that in its use", () => {
    const changed = (change: object) => ({
      ...outcome,
      areas: outcome.areas.map((area) => ({ ...area, ...change })),
    });
    expect(differing(record, changed({ baseBytes: 0n }))).toEqual(['areas']);
    expect(differing(record, changed({ usedPages: 0 }))).toEqual(['usedPages']);
    expect(differing(record, { ...outcome, areas: [] })).toEqual(['areas', 'usedPages']);
  });

  it('takes the whole RAM within one percent, and the areas exactly', () => {
    const total = outcome.memTotalKiB ?? 0;
    expect(differing(record, { ...outcome, memTotalKiB: Math.round(total * 1.009) })).toEqual([]);
    expect(differing(record, { ...outcome, memTotalKiB: Math.round(total * 1.011) })).toEqual(['MemTotal']);
    expect(differing(record, { ...outcome, cmaTotalKiB: (outcome.cmaTotalKiB ?? 0) + 1 })).toEqual([
      'CmaTotal',
    ]);
  });

  it('differs in a log line that is missing, at another level, in another place, or one too many', () => {
    const [first, second, ...rest] = outcome.log;
    if (first === undefined || second === undefined) throw new Error('the record has a log');
    const withLog = (log: BootOutcome['log']) => differing(record, { ...outcome, log });
    expect(withLog([second, ...rest])).toEqual(['log']);
    expect(withLog([{ ...first, level: 3 }, second, ...rest])).toEqual(['log', 'log']);
    expect(withLog([second, first, ...rest])).toEqual(['log', 'log']);
    expect(withLog([first, second, { level: 6, text: 'cma: one more' }, ...rest])).toEqual(['log']);
  });

  it('does not look at lines about other things, nor at the figures of the kernel itself', () => {
    const log = outcome.log.map((line) => ({
      ...line,
      text: line.text.replace('3392K kernel code', '1K kernel code'),
    }));
    expect(
      differing(record, { ...outcome, log: [...log, { level: 6, text: 'random: crng init done' }] }),
    ).toEqual([]);
    const other = outcome.log.map((line) => ({ ...line, text: line.text.replace('32768K cma', '1K cma') }));
    expect(differing(record, { ...outcome, log: other })).toEqual(['log', 'log']);
  });

  it('compares names that were cut by what is left of them, and only the first that has them', () => {
    const cut = recordNamed('5.10', 'g-overlap-mapped-inside');
    const [area] = perfect(cut).areas;
    if (area === undefined) throw new Error('the record has an area');
    const whole = { ...area, name: 'linux,cma@60000000' };
    const areas = [whole, { ...whole, name: 'linux,cma@6fffffff', baseBytes: 0n }];
    expect(differing(cut, { ...perfect(cut), areas })).toEqual([]);
    expect(differing(cut, { ...perfect(cut), areas: areas.toReversed() })).toEqual(['areas']);
  });

  it('of a boot that died asks for no heaps and areas', () => {
    const dead = recordNamed('6.1', 'k-static-outside');
    expect(differing(dead, { ...perfect(dead), heaps: outcome.heaps, areas: outcome.areas })).toEqual([]);
    expect(differing(dead, { ...perfect(dead), booted: true })).toEqual(['booted']);
  });

  it("reads a region's fate out of the log", () => {
    const region = { name: 'linux,cma', state: 'cma', baseBytes: 0x7e000000n, sizeBytes: 0x2000000n };
    const fates = (one: typeof region) =>
      compareBoot(record, { ...outcome, regions: [one] })
        .filter((fact) => fact.field === 'regions')
        .map((fact) => fact.equal);
    expect(fates(region)).toEqual([true]);
    expect(fates({ ...region, baseBytes: 0n })).toEqual([false]);
    expect(fates({ ...region, state: 'returned' })).toEqual([false]);
  });
});
