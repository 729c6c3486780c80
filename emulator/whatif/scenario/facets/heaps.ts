import * as z from 'zod';
import { defineFacet, differing } from '../facet.ts';

const names = z.array(z.string());
const schema = z.union(
  [
    names.transform((exactly) => ({ exactly, present: [], absent: [] })),
    z
      .strictObject({ present: names.default([]), absent: names.default([]) })
      .transform((some) => ({ exactly: undefined, ...some })),
  ],
  'expected a list of all heaps in the order of their minors, or present and absent',
);

/** The heaps under /dev/dma_heap: all of them, in the order of their minors, or some that are there or not. */
export const heaps = defineFacet({
  key: 'heaps',
  schema,
  compare({ exactly, present, absent }, { summary }) {
    const seen = summary?.heaps.map(({ name }) => name) ?? [];
    const all = seen.length === 0 ? 'none' : seen.join(' ');
    if (exactly !== undefined)
      return differing('heaps', exactly.length === 0 ? 'none' : exactly.join(' '), all);
    const missing = present.filter((name) => !seen.includes(name));
    const unwanted = absent.filter((name) => seen.includes(name));
    return [
      ...missing.map((name) => ({ what: 'heaps', expected: name, seen: all })),
      ...unwanted.map((name) => ({ what: 'heaps', expected: `no ${name}`, seen: all })),
    ];
  },
});
