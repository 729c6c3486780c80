import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../record.ts';
import { CallBase, unpackCalls } from './calls.ts';

const call = (heap: string, len: number, more: Partial<CallRecord> = {}): CallRecord => ({
  case: 'alloc_len',
  heap,
  args: { len },
  ret: 0,
  errno: '',
  ...more,
});

describe('packed calls', () => {
  const first = [
    call('reserved', 1),
    call('reserved', 2),
    call('system', 1),
    call('reserved', 1, { size: 3 }),
  ];
  const second = [
    call('linux,cma', 1),
    call('linux,cma', 2),
    call('system', 1, { errno: 'ENOMEM', ret: -1 }),
  ];

  it('come back as they were, in their order', () => {
    const base = new CallBase();
    const packed = [first, second].map((calls) => base.pack(calls));
    expect(packed.map((calls) => unpackCalls(calls, base.calls))).toEqual([first, second]);
  });

  it('share the base between heaps of different names, also where a text holds the name', () => {
    const base = new CallBase();
    base.pack([call('reserved', 1, { text: 'exp_name:\treserved' })]);
    expect(base.pack([call('linux,cma', 1, { text: 'exp_name:\tlinux,cma' })])).toEqual([
      { heap: 'linux,cma', base: 0 },
    ]);
  });

  it('store a row of unchanged calls as one entry, and a changed one by its changed fields', () => {
    const base = new CallBase();
    base.pack(first);
    expect(base.pack(second)).toEqual([
      { heap: 'linux,cma', base: 0, count: 2 },
      { base: 2, set: { errno: 'ENOMEM', ret: -1 } },
    ]);
  });

  it('drop a field that the base has and the call has not', () => {
    const base = new CallBase();
    base.pack([call('system', 1, { extra: 1 })]);
    const packed = base.pack([call('system', 1)]);
    expect(packed).toEqual([{ base: 0, set: {}, drop: ['extra'] }]);
    expect(unpackCalls(packed, base.calls)).toEqual([call('system', 1)]);
  });
});
