import * as z from 'zod';
import { defineFacet, differing } from '../facet.ts';
import { size, sizeText } from './sizes.ts';

/** Figures of /proc/meminfo right after the boot. */
export const meminfo = defineFacet({
  key: 'meminfo',
  schema: z.record(z.string(), size),
  compare(wanted, { summary }) {
    return Object.entries(wanted).flatMap(([name, bytes]) => {
      const seen = summary?.meminfo[name];
      return differing(name, sizeText(bytes), seen === undefined ? 'absent' : sizeText(BigInt(seen)));
    });
  },
});
