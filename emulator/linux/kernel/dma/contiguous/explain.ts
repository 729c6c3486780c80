import type { Obstacle } from '../../../../base/decisions.ts';
import { formatSize, hex } from '../../../../base/units.ts';
import type { Claim, Memblock, SearchWindow } from '../../../mm/memblock.ts';

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
): {
  readonly what: string;
  readonly obstacle: Obstacle | undefined;
  readonly obstacles: readonly Obstacle[];
  /** Why there is no place; undefined where there is one. */
  readonly shortage: string | undefined;
} {
  const end =
    search.limit === 0n || search.limit > memblock.endOfMemory ? memblock.endOfMemory : search.limit;
  if (search.fixed) {
    const what = `exactly at ${hex(search.base)}`;
    const obstacles = obstaclesIn(memblock, search.base, search.base + search.size);
    return { what, obstacle: obstacles[0], obstacles, shortage: undefined };
  }
  const what = `top-down in [${hex(search.base)}, ${hex(end)}) in steps of ${formatSize(quantum)}`;
  const place = memblock.find(search.size, quantum, { start: search.base, end });
  const from = place === undefined ? search.base : place + search.size;
  return {
    what,
    obstacle: obstacleIn(memblock, from, end),
    obstacles: place === undefined ? obstaclesIn(memblock, from, end) : [],
    shortage: place === undefined ? shortage(memblock, quantum, { start: search.base, end }) : undefined,
  };
}

/** The lowest claim that touches a range, as an obstacle. */
export function obstacleIn(memblock: Memblock, start: bigint, end: bigint): Obstacle | undefined {
  let lowest: Claim | undefined;
  for (const claim of memblock.claimsIn(start, end)) {
    if (lowest === undefined || claim.base < lowest.base) lowest = claim;
  }
  return lowest === undefined ? undefined : obstacleOf(lowest);
}

/** Every claim that touches a range, and every gap between banks of memory inside it, lowest first. */
export function obstaclesIn(memblock: Memblock, start: bigint, end: bigint): readonly Obstacle[] {
  const claims = memblock
    .claimsIn(start, end)
    .map((claim) => ({ base: claim.base, shown: obstacleOf(claim) }));
  const gaps = memblock.memory.regions.flatMap((bank, index, banks) => {
    const next = banks[index + 1];
    const isGap = next !== undefined && bank.end < next.base && start < bank.end && next.base < end;
    return isGap ? [{ base: bank.end, shown: gapOf(bank.end, next.base) }] : [];
  });
  const found = [...claims, ...gaps].sort((a, b) => (a.base < b.base ? -1 : a.base > b.base ? 1 : 0));
  return found.map(({ shown }) => shown);
}

function gapOf(base: bigint, end: bigint): Obstacle {
  const sizeBytes = end - base;
  return { what: `there is no memory at ${hex(base)}, ${formatSize(sizeBytes)}`, baseBytes: base, sizeBytes };
}

function obstacleOf(claim: Claim): Obstacle {
  return {
    what: `${claim.owner} lies at ${hex(claim.base)}, ${formatSize(claim.end - claim.base)}`,
    owner: claim.owner,
    baseBytes: claim.base,
    sizeBytes: claim.end - claim.base,
    ...(claim.position === undefined ? {} : { position: claim.position }),
  };
}

/** Why a search that failed did: how much of memory it could see, and the largest aligned hole in it. */
export function shortage(memblock: Memblock, alignment: bigint, window: SearchWindow): string {
  let largest: { base: bigint; size: bigint } | undefined;
  for (const { base, end } of memblock.freeRanges(window)) {
    const from = ((base + alignment - 1n) / alignment) * alignment;
    if (from < end && (largest === undefined || end - from > largest.size)) {
      largest = { base: from, size: end - from };
    }
  }
  if (largest !== undefined) {
    return `no free range is large enough; the largest has ${formatSize(largest.size)}, from ${hex(largest.base)} on`;
  }
  const from = window.start ?? 0n;
  const isMemory = memblock.overlapsMemory(from, (window.end ?? memblock.endOfMemory) - from);
  return isMemory ? 'nothing is free there' : 'there is no memory';
}
