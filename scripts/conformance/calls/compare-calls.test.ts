import { describe, expect, it } from 'vitest';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import type { CallRecord } from '../../records/record.ts';
import { compareCalls } from './compare-calls.ts';

const call = (name: string, more: Partial<CallRecord> = {}): CallRecord => ({
  case: name,
  heap: 'system',
  args: {},
  ret: 0,
  errno: '',
  ...more,
});

const differing = (recorded: readonly CallRecord[], emulated: readonly CallRecord[]) =>
  compareCalls(recorded, emulated)
    .filter((fact) => !fact.equal)
    .map((fact) => fact.field);

describe('compared calls', () => {
  it('agree with themselves, whatever the record', () => {
    const records = openRecords(ownRecordsFolder);
    for (const kernel of ['6.1', '6.12', '7.3']) {
      const calls = records.calls(kernel, 'b-dynamic') ?? [];
      expect(calls.length).toBeGreaterThan(1000);
      expect(differing(calls, calls)).toEqual([]);
    }
  });

  it('are matched by case, heap, arguments and occurrence', () => {
    const recorded = [
      call('a', { args: { n: 1 } }),
      call('a', { args: { n: 2 } }),
      call('a', { args: { n: 1 }, ret: 5 }),
    ];
    expect(
      differing(
        recorded,
        [...recorded].sort((one, other) => one.ret - other.ret),
      ),
    ).toEqual([]);
    expect(differing(recorded, recorded.slice(0, 2))).toEqual(['a.missing']);
    expect(differing(recorded.slice(0, 1), recorded)).toEqual([]);
  });

  it('differ in a return value, in a missing field and in one too many', () => {
    const recorded = [call('a', { ret: -1, errno: 'EINVAL', st_size: 1 })];
    expect(differing(recorded, [call('a', { getfl: 2 })])).toEqual([
      'a.ret',
      'a.errno',
      'a.st_size',
      'a.getfl',
    ]);
  });

  it('do not count figures of free memory, also inside a field', () => {
    const state = (CmaFree: number, used: number) =>
      call('a', { MemFree_before: CmaFree, state: { CmaFree, used } });
    expect(differing([state(1, 7)], [state(2, 7)])).toEqual([]);
    expect(differing([state(1, 7)], [state(1, 8)])).toEqual(['a.state']);
  });

  it('do not count frames that the recorded probe could not see', () => {
    const at = (pfn_off: unknown) => [call('a', { pfn_off })];
    expect(differing(at([-507906, 96]), at([4, 96]))).toEqual([]);
    expect(differing(at([-507906, 96]), at([4, 97]))).toEqual(['a.pfn_off']);
    expect(differing(at(96), at(-2))).toEqual(['a.pfn_off']);
  });

  it('count inode numbers from the first buffer of the run', () => {
    const run = (first: number, second: number) => [
      call('fdinfo', { text: `pos:\t0\nmnt_id:\t${first}\nino:\t${first}\nsize:\t4096\n` }),
      call('maps', { text: ` rw-s 00000000 00:0${first} ${second}                         /dmabuf:x` }),
      call('bufinfo', { text: `00004096\t00000002\t00080007\t00000001\tsystem\t0000000${second}\tshown\n` }),
    ];
    expect(differing(run(3, 5), run(4, 6))).toEqual([]);
    expect(differing(run(3, 5), run(4, 7))).toEqual(['maps.text', 'bufinfo.text']);
  });

  it('compare size, rss and flags of smaps alone', () => {
    const smaps = (pss: number, rss: number) =>
      call('smaps', {
        text: ` rw-s 0 00:08 1 /dmabuf:\nSize: 16 kB\nKernelPageSize: 4 kB\nRss: ${rss} kB\nPss: ${pss} kB\nVmFlags: rd`,
      });
    expect(differing([smaps(4, 4)], [smaps(0, 4)])).toEqual([]);
    expect(differing([smaps(4, 4)], [smaps(4, 0)])).toEqual(['smaps.text']);
  });

  it('do not count what the OOM killer reports', () => {
    const died = (dmesg: readonly string[]) => [call('GROUP_DIED', { dmesg: [...dmesg] })];
    expect(differing(died(['init invoked oom-killer: gfp_mask=0', 'Mem-Info:']), died(['other']))).toEqual(
      [],
    );
    expect(differing(died(['Unable to handle']), died(['other']))).toEqual(['GROUP_DIED.dmesg']);
  });

  it('match cases about the whole memory by what they are about', () => {
    const big = (len: number) =>
      call('big_alloc', { args: { what: 'half of RAM', len }, oom_log: [String(len)] });
    expect(differing([big(1)], [big(2)])).toEqual([]);
  });
});
