import { describe, expect, it } from 'vitest';
import { buildFilter, seccompActions } from './filter.ts';
import { arm64 } from './host/arm64.ts';
import { x86_64 } from './host/x86-64.ts';
import { trappedCalls } from './trapped-calls.ts';

/** Runs a filter as the kernel does, on struct seccomp_data: the action. */
function run(filter: Uint8Array, audit: number, number: number, values: readonly number[] = []): number {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, number, true);
  data.setUint32(4, audit, true);
  for (const [index, value] of values.entries()) data.setUint32(16 + 8 * index, value, true);
  const program = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; at < filter.length; at += 8) {
    const value = program.getUint32(at + 4, true);
    const jump = (holds: boolean) => {
      at += 8 * program.getUint8(at + (holds ? 2 : 3));
    };
    switch (program.getUint16(at, true)) {
      case 0x20:
        accumulator = data.getUint32(value, true);
        break;
      case 0x15:
        jump(accumulator === value);
        break;
      case 0x35:
        jump(accumulator >= value);
        break;
      case 0x45:
        jump((accumulator & value) !== 0);
        break;
      default:
        return value;
    }
  }
  throw new Error('the filter has no end');
}

describe.each([x86_64, arm64])('the filter of $name', (architecture) => {
  const filter = buildFilter(architecture, seccompActions.notify);
  const action = (number: number | undefined, values?: readonly number[]) =>
    run(filter, architecture.auditNumber, number ?? -1, values);
  const { trappable } = architecture;

  it('traps every call of the list that the processor has, and no other', () => {
    const listed = new Map(trappedCalls.map((call) => [trappable[call.name], call]));
    for (let number = 0; number < 470; number += 1) {
      const call = listed.get(number);
      if (call?.exempt !== undefined) continue;
      const expected =
        call === undefined
          ? seccompActions.allow
          : call.kind === 'refused'
            ? seccompActions.refuse | 38
            : seccompActions.notify;
      expect([number, action(number)]).toEqual([number, expected]);
    }
  });

  it('lets anonymous memory, close-on-exec and copies of descriptors through', () => {
    expect(action(trappable.mmap, [0, 4096, 3, 0x22])).toBe(seccompActions.allow);
    expect(action(trappable.mmap, [0, 4096, 3, 0x1])).toBe(seccompActions.notify);
    expect(action(trappable.ioctl, [3, 0x5451])).toBe(seccompActions.allow);
    expect(action(trappable.ioctl, [3, 0xc0184800])).toBe(seccompActions.notify);
    expect(action(trappable.fcntl, [3, 1030])).toBe(seccompActions.allow);
    expect(action(trappable.fcntl, [3, 3])).toBe(seccompActions.notify);
  });

  it('leaves programs of another processor alone', () => {
    expect(run(filter, 0x40000003, trappable.openat ?? 0)).toBe(seccompActions.allow);
  });
});
