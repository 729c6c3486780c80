import { shellWord } from '../../explain/lines.ts';
import { defineFacet } from '../facet.ts';
import type { Observed } from '../observed.ts';
import { textMatches } from '../text-match.ts';

/**
 * What `heapboard check` finds in what is booted, and what workloads did wrong though no call failed, each as
 * `ID: TEXT`; a check's remedy stands behind it, as `; remedy: --set …`.
 */
export const findings = defineFacet({
  key: 'findings',
  schema: textMatches,
  compare(wanted, observed) {
    const found = linesOf(observed);
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

function linesOf({ outcome, check }: Observed): readonly string[] {
  const ofWorkloads = outcome?.findings.map(({ id, text }) => `${id}: ${text}`) ?? [];
  const ofTree = (check?.().findings ?? []).map(({ id, message, remedy }) => {
    const options = remedy?.options.map(([option, value]) => `${option} ${shellWord(value)}`) ?? [];
    return `${id}: ${message}${options.length === 0 ? '' : `; remedy: ${options.join(' ')}`}`;
  });
  return [...ofWorkloads, ...ofTree];
}
