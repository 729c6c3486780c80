import { formatSize, hex } from '../../../../base/units.ts';
import type { Memblock, SearchWindow } from '../../../mm/memblock.ts';

/** Who drew the borders of a search: "its alloc-ranges", "the limit that cma= states". */
export interface WindowOwners {
  readonly start: string;
  readonly end: string;
}

/**
 * Why a search that failed did: the largest aligned hole that it could see, and what bounds that on both sides. What
 * bounds it above is what a larger request runs into.
 */
export function shortage(
  memblock: Memblock,
  alignment: bigint,
  window: SearchWindow,
  owners: WindowOwners,
): string {
  let largest: { base: bigint; end: bigint; from: bigint } | undefined;
  for (const { base, end } of memblock.freeRanges(window)) {
    const from = ((base + alignment - 1n) / alignment) * alignment;
    if (from < end && (largest === undefined || end - from > largest.end - largest.from)) {
      largest = { base, end, from };
    }
  }
  if (largest !== undefined) {
    const size = formatSize(largest.end - largest.from);
    const below = boundBelow(memblock, largest.base, window, owners);
    const above = boundAbove(memblock, largest.end, window, owners);
    return `no free range is large enough; the largest has ${size}, from ${hex(largest.from)} on, between ${below} and ${above}`;
  }
  const from = window.start ?? 0n;
  const isMemory = memblock.overlapsMemory(from, (window.end ?? memblock.endOfMemory) - from);
  return isMemory ? 'nothing is free there' : 'there is no memory';
}

function boundBelow(memblock: Memblock, base: bigint, window: SearchWindow, owners: WindowOwners): string {
  const claim = memblock.claimsIn(base - 1n, base)[0];
  if (claim !== undefined) return `${claim.owner} at ${hex(claim.base)}`;
  const isInMemory = memblock.memory.regions.some((bank) => bank.base < base && base < bank.end);
  if (isInMemory && base === window.start) return `the start of ${owners.start}`;
  const kept = memblock.carveOuts.find((part) => part.end === base);
  if (kept !== undefined) return `what the firmware keeps for ${kept.owner}, up to ${hex(base)}`;
  return memblock.memory.regions.some((bank) => bank.end < base)
    ? `the start of a bank of memory at ${hex(base)}`
    : `the start of memory at ${hex(base)}`;
}

function boundAbove(memblock: Memblock, end: bigint, window: SearchWindow, owners: WindowOwners): string {
  const claim = memblock.claimsIn(end, end + 1n)[0];
  if (claim !== undefined) return `${claim.owner} at ${hex(claim.base)}`;
  const isInMemory = memblock.memory.regions.some((bank) => bank.base < end && end < bank.end);
  if (isInMemory && end === window.end) return `the end of ${owners.end} at ${hex(end)}`;
  const kept = memblock.carveOuts.find((part) => part.base === end);
  if (kept !== undefined) return `what the firmware keeps for ${kept.owner} from ${hex(end)} on`;
  return memblock.memory.regions.some((bank) => bank.base >= end)
    ? `the end of a bank of memory at ${hex(end)}`
    : `the end of memory at ${hex(end)}`;
}
