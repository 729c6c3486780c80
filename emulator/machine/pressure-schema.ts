import * as z from 'zod';
import { parseSize } from '../base/units.ts';
import { type PressureFacts, parsePinned } from './pressure-facts.ts';

/** How pressure is written in a scenario. */

const expected = 'expected a size, such as 200M';

const size = z.union([z.string(), z.int()], expected).transform((written, context): bigint => {
  const bytes = parseSize(String(written));
  if (bytes !== undefined) return bytes;
  context.addIssue(`${expected}, not "${written}"`);
  return z.NEVER;
});

const pinned = z
  .union([z.string(), z.int()], 'expected a size, or a share such as 2%')
  .transform((written, context): NonNullable<PressureFacts['pinned']> => {
    const read = parsePinned(String(written));
    if (read !== undefined) return read;
    context.addIssue(`expected a size, or a share such as 2%, not "${written}"`);
    return z.NEVER;
  });

/** `pressure:` of a scenario; the option `--pressure` has the same keys. */
export const pressureSchema = z
  .strictObject({ pageCache: size.optional(), anonymous: size.optional(), pinned: pinned.optional() })
  .transform(
    ({ pageCache, anonymous, pinned }): PressureFacts => ({
      pageCacheBytes: pageCache,
      anonymousBytes: anonymous,
      pinned,
    }),
  );
