import type { BootSummary, DecisionSummary } from '../../summary.ts';
import { defineFacet } from '../facet.ts';
import { textMatches } from '../text-match.ts';

/** Sentences of the record of decisions: what was decided, what was tried, and what stood in the way. */
export const explanation = defineFacet({
  key: 'explanation',
  schema: textMatches,
  compare(wanted, { summary }) {
    const sentences = summary === undefined ? [] : sentencesOf(summary);
    return wanted.flatMap(({ written, negated, matches }) => {
      const found = sentences.find((sentence) => matches(sentence));
      if ((found === undefined) === negated) return [];
      return [
        negated
          ? { what: 'explanation', expected: `nothing with ${written}`, seen: found ?? '' }
          : { what: 'explanation', expected: written, seen: nearest(sentences) },
      ];
    });
  },
});

/** The decisions as text: `SUBJECT: OUTCOME (RULE); tried …; in the way: …`. */
function sentencesOf(summary: BootSummary): readonly string[] {
  return summary.decisions.map(sentence);
}

function sentence({ subject, outcome, rule, tried, obstacle }: DecisionSummary): string {
  const attempts = tried.map(({ what, result }) => `tried ${what}: ${result}`);
  const owner = obstacle?.owner === undefined ? '' : ` (${obstacle.owner})`;
  const inTheWay = obstacle === undefined ? [] : [`in the way: ${obstacle.what}${owner}`];
  return [`${subject}: ${outcome} (${rule})`, ...attempts, ...inTheWay].join('; ');
}

function nearest(sentences: readonly string[]): string {
  return sentences.length === 0 ? 'nothing' : `none of: ${sentences.join(' | ')}`;
}
