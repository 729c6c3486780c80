import { parseSize } from '../base/units.ts';

/** How full others have made memory, and how much of it cannot move. What is left out stays as it is. */
export interface PressureFacts {
  readonly pageCacheBytes?: bigint | undefined;
  readonly anonymousBytes?: bigint | undefined;
  /** Of their pages in CMA areas: so many bytes, or a share of those pages in percent. */
  readonly pinned?: { readonly bytes: bigint } | { readonly percent: number } | undefined;
}

/** Reads a size, or a share of the pages such as 2%. */
export function parsePinned(written: string): PressureFacts['pinned'] {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(written)?.[1];
  if (share !== undefined && Number(share) <= 100) return { percent: Number(share) };
  const bytes = parseSize(written);
  return bytes === undefined ? undefined : { bytes };
}
