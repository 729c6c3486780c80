import * as z from 'zod';
import { defineFacet, differing } from '../facet.ts';
import { textMatches } from '../text-match.ts';

const outcome = z.union(
  [
    z.literal('passes'),
    z.literal('fails'),
    z.strictObject({
      passes: z.boolean().optional(),
      heap: z.string().optional(),
      missing: z.array(z.string()).optional(),
      why: textMatches.optional(),
    }),
  ],
  'expected passes, fails, or passes, heap, missing and why',
);

/** Consumers, by name: whether each gets what its contract requires, from which heap, and why. */
export const consumers = defineFacet({
  key: 'consumers',
  schema: z.record(z.string(), outcome),
  compare(wanted, observed) {
    return Object.entries(wanted).flatMap(([name, expected]) => {
      const seen = observed.consumers?.find(({ consumer }) => consumer === name);
      const what = `consumer ${name}`;
      if (seen === undefined) return [{ what, expected: 'to be checked', seen: 'it is not among consumers' }];
      const verdict = seen.passes ? 'passes' : 'fails';
      const reasons = seen.needs.map(({ why }) => why);
      if (typeof expected === 'string') {
        return expected === verdict ? [] : [{ what, expected, seen: `${verdict}: ${reasons.join(' | ')}` }];
      }
      const { passes, heap, missing, why = [] } = expected;
      const absent = [...new Set(seen.needs.flatMap((need) => need.missing))];
      return [
        ...(passes === undefined ? [] : differing(what, passes ? 'passes' : 'fails', verdict)),
        ...(heap === undefined ? [] : differing(`${what}: heap`, heap, seen.needs[0]?.heap ?? 'none')),
        ...(missing === undefined ? [] : differing(`${what}: missing`, missing.join(' '), absent.join(' '))),
        ...why.flatMap(({ written, negated, matches }) =>
          reasons.some((reason) => matches(reason)) === negated
            ? [{ what: `${what}: why`, expected: written, seen: reasons.join(' | ') }]
            : [],
        ),
      ];
    });
  },
});
