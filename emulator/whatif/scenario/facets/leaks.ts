import * as z from 'zod';
import { defineFacet, differing } from '../facet.ts';

/** How many buffers were left to vanish with their processes. */
export const leaks = defineFacet({
  key: 'leaks',
  schema: z.int().min(0),
  compare: (wanted, { outcome }) => differing('leaks', String(wanted), String(outcome?.leaks.length ?? 0)),
});
