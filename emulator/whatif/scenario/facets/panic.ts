import { defineFacet } from '../facet.ts';
import { textMatch } from '../text-match.ts';

/** The last words of a kernel that panicked. */
export const panic = defineFacet({
  key: 'panic',
  schema: textMatch,
  compare(wanted, { summary }) {
    const seen = summary?.panic;
    if (seen !== undefined && wanted.matches(seen)) return [];
    return [{ what: 'panic', expected: wanted.written, seen: seen ?? 'none' }];
  },
});
