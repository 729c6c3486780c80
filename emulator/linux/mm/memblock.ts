import type { FindPosition } from '../../base/position.ts';
import { physicalAddressMax, RegionTable } from './memblock/region-table.ts';

export type { MemblockRegion } from './memblock/region-table.ts';

/** Whose a reserved range is, for explanations. */
export interface Claimant {
  /** `kernel image`, `dtb`, a node path … */
  readonly owner: string;
  readonly position?: FindPosition | undefined;
}

/** A range that somebody reserved or marked no-map, as it was asked for. */
export interface Claim extends Claimant {
  readonly base: bigint;
  readonly end: bigint;
}

/** `[base, end)`. */
export interface MemoryRange {
  readonly base: bigint;
  readonly end: bigint;
}

/** Where a search may look: `[start, end)`; no end means everywhere. */
export interface SearchWindow {
  readonly start?: bigint | undefined;
  readonly end?: bigint | undefined;
  /** Lowest fitting address instead of the highest. */
  readonly bottomUp?: boolean;
}

/** Sizes that the build of the kernel fixes. */
export interface MemblockFacts {
  readonly pageSizeBytes: number;
  readonly memorySlots: number;
  readonly reservedSlots: number;
  /** The highest physical address that there can be; that of 64 bits where it is absent. */
  readonly highestAddress?: bigint;
  /** Called where a table is full and may not yet grow. */
  readonly onFullTable?: (table: 'memory' | 'reserved') => void;
}

/** Bytes of one entry of a table in the kernel's own memory. */
const entryBytes = 24n;

/** round_down() of the kernel: a mask, whatever the alignment is. */
function maskDown(value: bigint, alignment: bigint): bigint {
  return BigInt.asUintN(64, value & ~(alignment - 1n));
}

function maskUp(value: bigint, alignment: bigint): bigint {
  return BigInt.asUintN(64, ((value - 1n) | (alignment - 1n)) + 1n);
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * The early allocator: what is memory, and what of it is taken. Plays mm/memblock.c.
 * Deviations: one NUMA node; no mirrored and no hotplug memory. Beside the kernel's tables, which merge
 * neighbours, it remembers who claimed what.
 */
export class Memblock {
  readonly memory: RegionTable;
  readonly reserved: RegionTable;
  /** What the firmware keeps and so is no memory; for explanations. */
  readonly carveOuts: Claim[] = [];
  readonly #claims: Claim[] = [];
  #unmapped: readonly MemoryRange[] = [];
  readonly #pageSize: bigint;
  readonly #onFullTable: ((table: 'memory' | 'reserved') => void) | undefined;
  readonly #ownArrays = new Map<RegionTable, { base: bigint; size: bigint }>();
  #canResize = false;
  /** memblock.current_limit: what the kernel allocates for itself must end here, for it must be mapped. */
  currentLimit = physicalAddressMax;

  constructor(facts: MemblockFacts) {
    const grow = (table: RegionTable, base: bigint, size: bigint): boolean => this.#grow(table, base, size);
    this.memory = new RegionTable('memory', facts.memorySlots, grow, facts.highestAddress);
    this.reserved = new RegionTable('reserved', facts.reservedSlots, grow, facts.highestAddress);
    this.#pageSize = BigInt(facts.pageSizeBytes);
    this.#onFullTable = facts.onFullTable;
  }

  get claims(): readonly Claim[] {
    return this.#claims;
  }

  /** memblock_allow_resize(): from now on full tables move to larger ones. */
  allowResize(): void {
    this.#canResize = true;
  }

  /** paging_init() has made the linear map: what is no-map now is not in it, whatever becomes of its mark. */
  noteLinearMap(): void {
    this.#unmapped = this.memory.regions.filter(({ noMap }) => noMap).map(({ base, end }) => ({ base, end }));
  }

  /** Ranges of memory that the linear map was made without. */
  get unmapped(): readonly MemoryRange[] {
    return this.#unmapped;
  }

  add(base: bigint, size: bigint): boolean {
    return this.memory.add(base, size);
  }

  remove(base: bigint, size: bigint): boolean {
    return this.memory.remove(base, size);
  }

  /** Reserves a range, whether or not it is memory or reserved already. */
  reserve(base: bigint, size: bigint, claimant: Claimant): boolean {
    if (!this.reserved.add(base, size)) return false;
    this.#claim(base, size, claimant);
    return true;
  }

  /** memblock_phys_free(): gives a reserved range back. */
  free(base: bigint, size: bigint): boolean {
    this.#unclaim(base, base + size);
    return this.reserved.remove(base, size);
  }

  /** Keeps a range out of the linear map and the page allocator. */
  markNoMap(base: bigint, size: bigint, claimant: Claimant): boolean {
    if (!this.memory.setNoMap(base, size, true)) return false;
    this.#claim(base, size, claimant);
    return true;
  }

  clearNoMap(base: bigint, size: bigint): boolean {
    this.#unclaim(base, base + size);
    return this.memory.setNoMap(base, size, false);
  }

  isRegionReserved(base: bigint, size: bigint): boolean {
    return this.reserved.overlaps(base, size);
  }

  overlapsMemory(base: bigint, size: bigint): boolean {
    return this.memory.overlaps(base, size);
  }

  /** memblock_start_of_DRAM(). */
  get startOfMemory(): bigint {
    return this.memory.regions[0]?.base ?? 0n;
  }

  /** memblock_end_of_DRAM(). */
  get endOfMemory(): bigint {
    return this.memory.regions.at(-1)?.end ?? 0n;
  }

  /** memblock_phys_mem_size(). */
  get memoryBytes(): bigint {
    return this.memory.totalBytes;
  }

  /** memblock_mem_limit_remove_map(): keeps the lowest `limit` bytes of memory, and no-map ranges wherever they are. */
  limitMemory(limit: bigint): void {
    let left = limit;
    let top: bigint | undefined;
    for (const region of this.memory.regions) {
      const size = region.end - region.base;
      if (left <= size) {
        top = region.base + left;
        break;
      }
      left -= size;
    }
    if (limit === 0n || top === undefined) return;
    this.capTo(0n, top);
  }

  /** memblock_cap_memory_range(): drops memory outside a range, but for no-map ranges, and reservations there. */
  capTo(base: bigint, end: bigint): void {
    for (const region of [...this.memory.regions]) {
      if (region.noMap) continue;
      if (region.base < base) this.memory.remove(region.base, smaller(region.end, base) - region.base);
      if (region.end > end) {
        const from = larger(region.base, end);
        this.memory.remove(from, region.end - from);
      }
    }
    this.reserved.remove(0n, base);
    this.reserved.remove(end, physicalAddressMax - end);
  }

  /** Ranges that are memory, mapped and not reserved, lowest first, within a window. */
  *freeRanges(window: SearchWindow = {}): IterableIterator<MemoryRange> {
    const from = window.start ?? 0n;
    const to = window.end ?? physicalAddressMax;
    const reserved = this.reserved.regions;
    let index = 0;
    for (const memory of this.memory.regions) {
      if (memory.noMap) continue;
      let base = larger(memory.base, from);
      const end = smaller(memory.end, to);
      while (index > 0 && (reserved[index - 1]?.end ?? 0n) > base) index -= 1;
      while (base < end) {
        const taken = reserved[index];
        if (taken !== undefined && taken.end <= base) {
          index += 1;
          continue;
        }
        if (taken === undefined || taken.base >= end) {
          yield { base, end };
          break;
        }
        if (taken.base > base) yield { base, end: taken.base };
        base = taken.end;
      }
    }
  }

  /**
   * memblock_find_in_range(): the address of a free range of `size` bytes, aligned, never in the first page.
   * By default the highest one; undefined where there is none.
   */
  find(size: bigint, alignment: bigint, window: SearchWindow = {}): bigint | undefined {
    const start = larger(window.start ?? 0n, this.#pageSize);
    const end = larger(start, window.end ?? physicalAddressMax);
    if (size === 0n && window.bottomUp !== true) return this.#findNothing(alignment, start, end);
    let found: bigint | undefined;
    for (const range of this.freeRanges({ start, end })) {
      if (window.bottomUp === true) {
        const candidate = maskUp(range.base, alignment);
        if (candidate < range.end && range.end - candidate >= size) return candidate;
      } else if (range.end - range.base >= size) {
        const candidate = maskDown(range.end - size, alignment);
        if (candidate >= range.base) found = candidate;
      }
    }
    return found;
  }

  /**
   * The place of no bytes at all, top-down: free ranges outside the window count too, each as the window's nearer end.
   */
  #findNothing(alignment: bigint, start: bigint, end: bigint): bigint | undefined {
    const clamped = (address: bigint): bigint => smaller(larger(address, start), end);
    let found: bigint | undefined;
    for (const range of this.freeRanges()) {
      const candidate = maskDown(clamped(range.end), alignment);
      if (candidate >= clamped(range.base)) found = candidate;
    }
    return found;
  }

  /** memblock_alloc_try_nid(): finds memory that the kernel can use at once, and reserves it. */
  allocate(
    size: bigint,
    alignment: bigint,
    claimant: Claimant,
    window: SearchWindow = {},
  ): bigint | undefined {
    const end = smaller(window.end ?? this.currentLimit, this.currentLimit);
    const base = this.find(size, alignment, { ...window, end });
    if (base === undefined || !this.reserve(base, size, claimant)) return undefined;
    return base;
  }

  /** Who claims anything inside `[base, end)`, newest first. */
  claimsIn(base: bigint, end: bigint): readonly Claim[] {
    return this.#claims.filter((claim) => claim.base < end && base < claim.end).reverse();
  }

  #claim(base: bigint, size: bigint, claimant: Claimant): void {
    this.#claims.push({ base, end: base + size, owner: claimant.owner, position: claimant.position });
  }

  #unclaim(base: bigint, end: bigint): void {
    const index = this.#claims.findLastIndex((claim) => claim.base === base && claim.end === end);
    if (index >= 0) this.#claims.splice(index, 1);
  }

  /** memblock_double_array(): the new table lies in memory too; the old one, unless it was the first, is freed. */
  #grow(table: RegionTable, forBase: bigint, forSize: bigint): boolean {
    if (!this.#canResize) {
      this.#onFullTable?.(table.name);
      return false;
    }
    const oldSize = maskUp(BigInt(table.slots) * entryBytes, this.#pageSize);
    const newSize = maskUp(BigInt(table.slots * 2) * entryBytes, this.#pageSize);
    const avoid = table === this.reserved;
    const above = avoid ? forBase + forSize : 0n;
    const base =
      this.find(newSize, this.#pageSize, { start: above, end: this.currentLimit }) ??
      (avoid && forSize > 0n ? this.find(newSize, this.#pageSize, { end: forBase }) : undefined);
    if (base === undefined) return false;
    table.slots *= 2;
    const old = this.#ownArrays.get(table);
    if (old !== undefined) this.free(old.base, oldSize);
    this.#ownArrays.set(table, { base, size: newSize });
    return this.reserve(base, newSize, { owner: `memblock's table of ${table.name} ranges` });
  }
}
