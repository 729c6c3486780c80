import { z } from 'zod';
import { parseSize } from '../base/units.ts';

/** How full others have made memory, and how much of it cannot move. What is left out stays as it is. */
export interface PressureFacts {
  readonly pageCacheBytes?: bigint | undefined;
  readonly anonymousBytes?: bigint | undefined;
  /** Of their pages in CMA areas: so many bytes, or a share of those pages in percent. */
  readonly pinned?: { readonly bytes: bigint } | { readonly percent: number } | undefined;
}

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
    const share = /^(\d+(?:\.\d+)?)%$/.exec(String(written))?.[1];
    if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
    const bytes = parseSize(String(written));
    if (bytes !== undefined) return { bytes };
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
