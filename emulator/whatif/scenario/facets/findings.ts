import { defineFacet } from '../facet.ts';
import { textMatches } from '../text-match.ts';

/** What workloads did wrong though no call failed, as `ID: TEXT`. */
export const findings = defineFacet({
  key: 'findings',
  schema: textMatches,
  compare(wanted, { outcome }) {
    const found = outcome?.findings.map(({ id, text }) => `${id}: ${text}`) ?? [];
    return wanted.flatMap(({ written, negated, matches }) => {
      const met = found.find((line) => matches(line));
      if ((met === undefined) === negated) return [];
      return [
        negated
          ? { what: 'findings', expected: `none with ${written}`, seen: met ?? '' }
          : { what: 'findings', expected: `one with ${written}`, seen: found.join('; ') || 'none' },
      ];
    });
  },
});
