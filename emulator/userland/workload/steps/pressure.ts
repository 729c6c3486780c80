import * as z from 'zod';
import { formula } from '../handle-name.ts';
import { defineStep } from '../step.ts';

const percent = z
  .string()
  .regex(/^\d{1,3}(?:\.\d+)?%$/)
  .transform((text) => ({ percent: Number(text.slice(0, -1)) }));

/** Others take memory: page cache and anonymous pages, of which some in CMA areas cannot move. */
export const pressure = defineStep({
  verb: 'pressure',
  shape: {
    pressure: z.strictObject({
      pageCache: formula.optional(),
      anonymous: formula.optional(),
      pinned: z.union([percent, formula], 'expected a size, or a share such as 2%').optional(),
    }),
  },
  run({ pressure }, context) {
    const size = (given: typeof pressure.pageCache) =>
      given === undefined ? undefined : context.value(given);
    const { pinned } = pressure;
    context.host.press({
      pageCacheBytes: size(pressure.pageCache),
      anonymousBytes: size(pressure.anonymous),
      pinned: pinned === undefined || 'percent' in pinned ? pinned : { bytes: context.value(pinned) },
    });
    return undefined;
  },
});
