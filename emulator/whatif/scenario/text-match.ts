import * as z from 'zod';

/** A text that must occur, or a pattern that must match: `/…/`, with flags as in JavaScript. */
export interface TextMatch {
  readonly written: string;
  /** True where it must not occur. */
  readonly negated: boolean;
  matches(text: string): boolean;
}

/** One match. */
export const textMatch = z
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

const listed = z.preprocess(
  (value) => (typeof value === 'string' ? { is: value } : value),
  z
    .strictObject({ is: textMatch.optional(), not: textMatch.optional() }, expected())
    .refine(({ is, not }) => (is === undefined) !== (not === undefined), expected())
    .transform(({ is, not }): readonly TextMatch[] =>
      not === undefined ? only(is) : [{ ...not, negated: true }],
    ),
);

/** Several, each of which must hold; `not:` before what must not occur. */
export const textMatches = z.preprocess(
  (value) => (Array.isArray(value) ? value : [value]),
  z
    .array(listed)
    .min(1)
    .transform((matches) => matches.flat()),
);

function only(match: TextMatch | undefined): readonly TextMatch[] {
  return match === undefined ? [] : [match];
}

function expected(): string {
  return 'expected a text, a pattern between slashes, or not: before one that must not occur';
}
