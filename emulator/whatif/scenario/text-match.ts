import { z } from 'zod';

/** A text that must occur, or a pattern that must match: `/…/`, with flags as in JavaScript. */
export interface TextMatch {
  readonly written: string;
  /** True where it must not occur. */
  readonly negated: boolean;
  matches(text: string): boolean;
}

const positive = z
  .string('expected a text, or a pattern between slashes')
  .min(1)
  .transform((written, context): TextMatch => {
    const pattern = /^\/(.+)\/([a-z]*)$/s.exec(written);
    if (pattern?.[1] === undefined) {
      return { written: `"${written}"`, negated: false, matches: (text) => text.includes(written) };
    }
    try {
      const expression = new RegExp(pattern[1], pattern[2]);
      return { written, negated: false, matches: (text) => text.search(expression) >= 0 };
    } catch (error) {
      context.addIssue(error instanceof Error ? error.message : String(error));
      return z.NEVER;
    }
  });

/** One match. */
export const textMatch = positive;

const negative = z
  .strictObject({ not: positive })
  .transform(({ not }): TextMatch => ({ ...not, negated: true }));

/** Several, each of which must hold; `not:` before what must not occur. */
export const textMatches = z.union(
  [positive.transform((one) => [one]), z.array(z.union([positive, negative])).min(1)],
  'expected a text, a pattern between slashes, or a list of such; not: before what must not occur',
);
