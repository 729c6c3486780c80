import * as z from 'zod';
import { defineFacet, differing } from '../facet.ts';

/** Whether the kernel came up. */
export const booted = defineFacet({
  key: 'booted',
  schema: z.boolean('expected true or false'),
  compare: (wanted, { summary }) => differing('booted', String(wanted), String(summary?.booted ?? false)),
});
