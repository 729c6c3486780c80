import type { Obstacle } from '../../../../base/decisions.ts';
import { formatSize, hex } from '../../../../base/units.ts';
import type { Claim, Memblock } from '../../../mm/memblock.ts';
import { shortage } from './shortage.ts';

/** A search for a place, before it is made. */
interface Search {
  readonly size: bigint;
  readonly base: bigint;
  /** End of the range; 0 for the end of memory. */
  readonly limit: bigint;
  /** Who set that end: "the limit that cma= states". */
  readonly limitOwner: string;
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
    shortage:
      place === undefined
        ? shortage(
            memblock,
            quantum,
            { start: search.base, end },
            { start: 'its base', end: search.limitOwner },
          )
        : undefined,
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

/** Every claim that touches a range, and every part of it that is no memory, lowest first. */
export function obstaclesIn(memblock: Memblock, start: bigint, end: bigint): readonly Obstacle[] {
  const claims = memblock
    .claimsIn(start, end)
    .map((claim) => ({ base: claim.base, shown: obstacleOf(claim) }));
  const banks = memblock.memory.regions;
  const gaps = banks.flatMap((bank, index) => {
    const next = banks[index + 1];
    // Beyond the last bank there is no end to tell.
    if (next === undefined || next.base === bank.end) return [];
    const touches = bank.end < end && start < next.base;
    return touches ? [{ base: bank.end, shown: gapOf(memblock, bank.end, next.base) }] : [];
  });
  const last = banks.at(-1);
  const beyond =
    last !== undefined && last.end < end && start < end
      ? [{ base: last.end, shown: gapOf(memblock, last.end, end) }]
      : [];
  const found = [...claims, ...gaps, ...beyond].sort((a, b) =>
    a.base < b.base ? -1 : a.base > b.base ? 1 : 0,
  );
  return found.map(({ shown }) => shown);
}

/** A part of the address space that is no memory; the firmware's, where it keeps a part of it. */
function gapOf(memblock: Memblock, base: bigint, end: bigint): Obstacle {
  const sizeBytes = end - base;
  const kept = memblock.carveOuts.find((part) => part.base < end && base < part.end);
  const what = `there is no memory at ${hex(base)}, ${formatSize(sizeBytes)}`;
  if (kept === undefined) return { what, baseBytes: base, sizeBytes };
  const whose = `the firmware keeps ${formatSize(kept.end - kept.base)} at ${hex(kept.base)} for ${kept.owner}`;
  return { what: `${what}: ${whose}`, owner: kept.owner, baseBytes: base, sizeBytes };
}

function obstacleOf(claim: Claim): Obstacle {
  return {
    what: `${claim.owner} lies at ${hex(claim.base)}, ${formatSize(claim.end - claim.base)}`,
    owner: claim.owner,
    baseBytes: claim.base,
    sizeBytes: claim.end - claim.base,
    get position() {
      return claim.position?.();
    },
  };
}
