import { defineFacet } from '../facet.ts';
import { textMatch } from '../text-match.ts';

/** The message with which Heapboard declines to boot such input at all. */
export const refused = defineFacet({
  key: 'refused',
  schema: textMatch,
  compare(wanted, { refusal }) {
    if (refusal !== undefined && wanted.matches(refusal.message)) return [];
    return [{ what: 'refused', expected: wanted.written, seen: refusal?.message ?? 'it booted' }];
  },
});
