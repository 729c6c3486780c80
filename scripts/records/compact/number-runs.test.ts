import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packNumbers, unpackNumbers } from './number-runs.ts';

describe('lists of numbers', () => {
  it('come back as they were', () => {
    const steps = fc.array(fc.constantFrom(-1, 0, 1, 256), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer(), (deltas, first) => {
        const numbers = [first];
        for (const delta of deltas) numbers.push((numbers.at(-1) ?? 0) + delta);
        const value = { deep: [{ numbers }, 'text', null, true] };
        expect(unpackNumbers(packNumbers(value))).toEqual(value);
      }),
    );
  });

  it('are stored as runs where they have a constant step', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => 96 + 256 * index);
    expect(packNumbers({ numbers })).toEqual({ numbers: { '#runs': [[96, 256, 100]] } });
  });

  it('stay as they are where runs would be no shorter', () => {
    expect(packNumbers([1, 5, 2, 9, 4, 4, 7, 3, 8])).toEqual([1, 5, 2, 9, 4, 4, 7, 3, 8]);
  });
});
