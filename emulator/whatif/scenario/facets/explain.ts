import * as z from 'zod';
import { InputError } from '../../../base/input-error.ts';
import { type ExplanationLines, explanationLines } from '../../explain/lines.ts';
import { defineFacet } from '../facet.ts';
import type { Difference } from '../observed.ts';
import { type TextMatch, textMatches } from '../text-match.ts';

const explanation = z.strictObject({
  granted: z.boolean().optional(),
  verdict: textMatches.optional(),
  asked: textMatches.optional(),
  sources: textMatches.optional(),
  decided: textMatches.optional(),
  inTheWay: textMatches.optional(),
  wouldHelp: textMatches.optional(),
  room: textMatches.optional(),
});

const parts = ['verdict', 'asked', 'sources', 'decided', 'inTheWay', 'wouldHelp', 'room'] as const;

/** What `heapboard explain` tells of a region, area or heap, by the parts of its answer. */
export const explain = defineFacet({
  key: 'explain',
  schema: z.record(z.string(), explanation),
  compare(wanted, observed) {
    return Object.entries(wanted).flatMap(([subject, expected]): readonly Difference[] => {
      const what = `explain ${subject}`;
      try {
        const told = observed.explain?.(subject);
        if (told === undefined) return [{ what, expected: 'an answer', seen: 'the boot did not begin' }];
        const lines = explanationLines(told);
        const granted =
          expected.granted === undefined || expected.granted === told.granted
            ? []
            : [{ what: `${what}: granted`, expected: String(expected.granted), seen: String(told.granted) }];
        return [
          ...granted,
          ...parts.flatMap((part) => comparePart(`${what}: ${part}`, expected[part] ?? [], lines[part])),
        ];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return [{ what, expected: 'an answer', seen: error.message }];
      }
    });
  },
});

function comparePart(
  what: string,
  wanted: readonly TextMatch[],
  lines: ExplanationLines[keyof ExplanationLines],
): readonly Difference[] {
  return wanted.flatMap(({ written, negated, matches }) => {
    const found = lines.find((line) => matches(line));
    if ((found === undefined) === negated) return [];
    if (negated) return [{ what, expected: `nothing with ${written}`, seen: found ?? '' }];
    return [{ what, expected: written, seen: lines.length === 0 ? 'nothing' : lines.join(' | ') }];
  });
}
