import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heapSort, pairwiseHeapSort } from './sort.ts';

const equal = () => 0;

describe('the heap sort of releases up to 6.9', () => {
  it('turns equal elements by one place to the left', () => {
    for (const [before, after] of [
      ['ab', 'ba'],
      ['abc', 'bca'],
      ['abcdefghi', 'bcdefghia'],
    ] as const) {
      const elements = [...before];
      heapSort(elements, equal);
      expect(elements.join('')).toBe(after);
    }
  });

  it('takes dynamic regions among static ones in the recorded order', () => {
    const table = ['d0:0', 's0:8', 'd1:0', 's1:7', 'd2:0', 's2:6', 'd3:0', 's3:5'];
    heapSort(table, (a, b) => Number(a.slice(3)) - Number(b.slice(3)));
    expect(table.slice(0, 4).map((entry) => entry.slice(0, 2))).toEqual(['d1', 'd3', 'd0', 'd2']);
  });
});

describe('both sorts', () => {
  it('sort', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), (numbers) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        for (const sort of [heapSort, pairwiseHeapSort]) {
          const copy = [...numbers];
          sort(copy, (a, b) => a - b);
          expect(copy).toEqual(sorted);
        }
      }),
    );
  });
});
