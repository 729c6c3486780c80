import type { Obstacle } from '../../../../base/decisions.ts';
import { formatSize, hex } from '../../../../base/units.ts';
import type { Memblock } from '../../../mm/memblock.ts';

/** A search for a place, before it is made. */
interface Search {
  readonly size: bigint;
  readonly base: bigint;
  /** End of the range; 0 for the end of memory. */
  readonly limit: bigint;
  readonly fixed: boolean;
}

/** What a search will look at, and the nearest thing above the place that it will find, or that blocks it. */
export function explainSearch(
  memblock: Memblock,
  search: Search,
  quantum: bigint,
): { readonly what: string; readonly obstacle: Obstacle | undefined } {
  const end =
    search.limit === 0n || search.limit > memblock.endOfMemory ? memblock.endOfMemory : search.limit;
  if (search.fixed) {
    const what = `exactly at ${hex(search.base)}`;
    return { what, obstacle: obstacleIn(memblock, search.base, search.base + search.size) };
  }
  const what = `top-down in [${hex(search.base)}, ${hex(end)}) in steps of ${formatSize(quantum)}`;
  const place = memblock.find(search.size, quantum, { start: search.base, end });
  return {
    what,
    obstacle: obstacleIn(memblock, place === undefined ? search.base : place + search.size, end),
  };
}

/** The lowest claim that touches a range, as an obstacle. */
export function obstacleIn(memblock: Memblock, start: bigint, end: bigint): Obstacle | undefined {
  let lowest: ReturnType<Memblock['claimsIn']>[number] | undefined;
  for (const claim of memblock.claimsIn(start, end)) {
    if (lowest === undefined || claim.base < lowest.base) lowest = claim;
  }
  if (lowest === undefined) return undefined;
  return {
    what: `${lowest.owner} lies at ${hex(lowest.base)}, ${formatSize(lowest.end - lowest.base)}`,
    owner: lowest.owner,
    baseBytes: lowest.base,
    sizeBytes: lowest.end - lowest.base,
    ...(lowest.position === undefined ? {} : { position: lowest.position }),
  };
}
