/** One entry of a table: `[base, end)`, with the flag that keeps it out of the linear map. */
export interface MemblockRegion {
  readonly base: bigint;
  readonly end: bigint;
  readonly noMap: boolean;
}

/** The highest physical address that a 64-bit phys_addr_t holds. */
export const physicalAddressMax = 0xffff_ffff_ffff_ffffn;

/** Asks for a larger table; false where that is impossible. `forBase` and `forSize` are the range being added. */
export type GrowTable = (table: RegionTable, forBase: bigint, forSize: bigint) => boolean;

/**
 * A table of disjoint ranges in ascending order; neighbours of the same kind are one entry.
 * Plays struct memblock_type: it has a number of slots, as the kernel's arrays do.
 */
export class RegionTable {
  readonly name: 'memory' | 'reserved';
  slots: number;
  #regions: MemblockRegion[] = [];
  readonly #grow: GrowTable;
  readonly #highestAddress: bigint;

  /** `highestAddress` is what phys_addr_t holds. */
  constructor(
    name: 'memory' | 'reserved',
    slots: number,
    grow: GrowTable,
    highestAddress = physicalAddressMax,
  ) {
    this.name = name;
    this.slots = slots;
    this.#grow = grow;
    this.#highestAddress = highestAddress;
  }

  get regions(): readonly MemblockRegion[] {
    return this.#regions;
  }

  get totalBytes(): bigint {
    return this.#regions.reduce((sum, region) => sum + (region.end - region.base), 0n);
  }

  /** memblock_add_range(): adds what is not yet in the table. False where the table cannot grow. */
  add(base: bigint, size: bigint): boolean {
    const end = this.#cappedEnd(base, size);
    if (end === base) return true;
    const gaps = this.#gaps(base, end);
    if (gaps.length === 0) return true;
    const regions = this.#regions.length;
    if (regions > 0 && regions * 2 + 1 >= this.slots) {
      while (this.#regions.length + gaps.length > this.slots) if (!this.#grow(this, base, size)) return false;
    }
    // Growing reserves a range of its own, which may have filled a gap.
    for (const gap of this.#gaps(base, end)) this.#insert(gap);
    this.#merge();
    return true;
  }

  /** memblock_remove_range(): takes a range out, whatever of it is there. */
  remove(base: bigint, size: bigint): boolean {
    const end = this.#cappedEnd(base, size);
    if (!this.#isolate(base, end, size)) return false;
    this.#regions = this.#regions.filter((region) => region.base < base || region.end > end);
    return true;
  }

  /** memblock_setclr_flag(): sets or clears the no-map flag of what the range covers. */
  setNoMap(base: bigint, size: bigint, noMap: boolean): boolean {
    const end = this.#cappedEnd(base, size);
    if (!this.#isolate(base, end, size)) return false;
    this.#regions = this.#regions.map((region) =>
      region.base >= base && region.end <= end ? { ...region, noMap } : region,
    );
    this.#merge();
    return true;
  }

  /** memblock_overlaps_region(). An empty range overlaps what it lies inside of. */
  overlaps(base: bigint, size: bigint): boolean {
    const end = this.#cappedEnd(base, size);
    return this.#regions.some((region) => base < region.end && region.base < end);
  }

  /** The entry that holds an address. */
  find(address: bigint): MemblockRegion | undefined {
    return this.#regions.find((region) => region.base <= address && address < region.end);
  }

  /** memblock_cap_size(): the end of a range that must not wrap around. */
  #cappedEnd(base: bigint, size: bigint): bigint {
    const room = this.#highestAddress - base;
    return base + (size < room ? size : room);
  }

  #gaps(base: bigint, end: bigint): MemblockRegion[] {
    const gaps: MemblockRegion[] = [];
    let from = base;
    for (const region of this.#regions) {
      if (region.base >= end) break;
      if (region.end <= from) continue;
      if (region.base > from) gaps.push({ base: from, end: region.base, noMap: false });
      from = region.end < end ? region.end : end;
    }
    if (from < end) gaps.push({ base: from, end, noMap: false });
    return gaps;
  }

  #insert(region: MemblockRegion): void {
    let index = this.#regions.length;
    while (index > 0 && (this.#regions[index - 1]?.base ?? -1n) > region.base) index -= 1;
    this.#regions.splice(index, 0, region);
  }

  /** memblock_isolate_range(): splits entries at both ends of a range. */
  #isolate(base: bigint, end: bigint, size: bigint): boolean {
    if (end === base) return true;
    while (this.#regions.length + 2 > this.slots) if (!this.#grow(this, base, size)) return false;
    this.#regions = this.#regions.flatMap((region) => {
      const cuts = [base, end].filter((cut) => region.base < cut && cut < region.end);
      if (cuts.length === 0) return [region];
      const edges = [region.base, ...cuts, region.end];
      return edges.slice(1).map((edge, index) => ({ ...region, base: edges[index] ?? edge, end: edge }));
    });
    return true;
  }

  #merge(): void {
    const merged: MemblockRegion[] = [];
    for (const region of this.#regions) {
      const last = merged.at(-1);
      if (last !== undefined && last.end === region.base && last.noMap === region.noMap) {
        merged[merged.length - 1] = { ...last, end: region.end };
      } else {
        merged.push(region);
      }
    }
    this.#regions = merged;
  }
}
