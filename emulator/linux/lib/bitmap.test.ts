import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap.ts';

/** The same by looking at every bit. */
function slowClearArea(
  bits: readonly boolean[],
  start: number,
  count: number,
  mask: number,
  offset: number,
): number {
  for (let at = start; at + count <= bits.length; at += 1) {
    if (((at + offset) & mask) !== 0) continue;
    if (bits.slice(at, at + count).every((bit) => !bit)) return at;
  }
  return -1;
}

const runs = fc.array(fc.record({ start: fc.nat(299), count: fc.integer({ min: 1, max: 90 }) }), {
  maxLength: 12,
});

/** Sets runs that are still clear, and tells what is set then. */
function filled(wanted: readonly { readonly start: number; readonly count: number }[]) {
  const bitmap = new Bitmap(300);
  const bits = new Array<boolean>(300).fill(false);
  const set: { start: number; count: number }[] = [];
  for (const { start, count } of wanted) {
    const end = Math.min(300, start + count);
    if (bits.slice(start, end).some((bit) => bit)) continue;
    bitmap.set(start, end - start);
    bits.fill(true, start, end);
    set.push({ start, count: end - start });
  }
  return { bitmap, bits, set };
}

describe('a bitmap', () => {
  it('holds what was set, and counts it', () => {
    fc.assert(
      fc.property(runs, (wanted) => {
        const { bitmap, bits } = filled(wanted);
        expect(bits.map((_, bit) => bitmap.test(bit))).toEqual(bits);
        expect(bitmap.setCount).toBe(bits.filter((bit) => bit).length);
      }),
    );
  });

  it('finds the first aligned run of clear bits', () => {
    fc.assert(
      fc.property(
        runs,
        fc.nat(299),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(6),
        fc.nat(63),
        (wanted, start, count, order, offset) => {
          const { bitmap, bits } = filled(wanted);
          const mask = 2 ** order - 1;
          const expected = slowClearArea(bits, start, count, mask, offset);
          expect(bitmap.findClearArea(start, count, mask, offset)).toBe(expected);
        },
      ),
    );
  });

  it('finds freed bits again, from the first one on', () => {
    fc.assert(
      fc.property(runs, fc.nat(11), (wanted, which) => {
        const { bitmap, bits, set } = filled(wanted);
        const gone = set[which % Math.max(1, set.length)];
        if (gone === undefined) return;
        bitmap.clear(gone.start, gone.count);
        bits.fill(false, gone.start, gone.start + gone.count);
        expect(bitmap.findClearArea(0, 1, 0, 0)).toBe(bits.indexOf(false));
      }),
    );
  });

  it('lists the runs of clear bits', () => {
    const bitmap = new Bitmap(70);
    bitmap.set(0, 3);
    bitmap.set(31, 2);
    expect([...bitmap.clearRuns()]).toEqual([
      { start: 3, count: 28 },
      { start: 33, count: 37 },
    ]);
  });
});
