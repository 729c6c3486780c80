import * as z from 'zod';
import { errno as errnos } from '../../../linux/uapi/errno.ts';
import { defineFacet } from '../facet.ts';

/** An errno with which some step of some workload failed though it should not; `none` for no such failure. */
export const errno = defineFacet({
  key: 'errno',
  schema: z
    .string()
    .refine(
      (name) => name === 'none' || name in errnos,
      'expected none, or the name of an errno, such as ENOMEM',
    ),
  compare(wanted, { outcome }) {
    const seen = (outcome?.failures ?? []).flatMap(({ code }) => code ?? []);
    const isMet = wanted === 'none' ? seen.length === 0 : seen.includes(wanted);
    return isMet ? [] : [{ what: 'errno', expected: wanted, seen: seen.join(' ') || 'none' }];
  },
});
