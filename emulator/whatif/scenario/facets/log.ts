import { defineFacet } from '../facet.ts';
import { textMatches } from '../text-match.ts';

/** Lines of the kernel log, up to the end of the workloads. */
export const log = defineFacet({
  key: 'log',
  schema: textMatches,
  compare(wanted, { summary, log }) {
    const lines = log ?? summary?.dmesg.map(({ text }) => text) ?? [];
    return wanted.flatMap(({ written, negated, matches }) => {
      const found = lines.find((line) => matches(line));
      if ((found === undefined) === negated) return [];
      return [
        negated
          ? { what: 'log', expected: `no line with ${written}`, seen: found ?? '' }
          : { what: 'log', expected: `a line with ${written}`, seen: `none in ${lines.length} lines` },
      ];
    });
  },
});
