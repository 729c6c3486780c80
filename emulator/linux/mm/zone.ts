import { errno } from '../uapi/errno.ts';
import { FreeArea, type MigrateType, migrateTypes } from './free-area.ts';

export type ZoneName = 'DMA' | 'DMA32' | 'Normal';

/** Where a request goes when its own list is empty: `fallbacks[]` of mm/page_alloc.c. */
const fallbacks: readonly (readonly MigrateType[])[] = [
  [migrateTypes.reclaimable, migrateTypes.movable],
  [migrateTypes.reclaimable, migrateTypes.unmovable],
  [migrateTypes.unmovable, migrateTypes.movable],
  [],
];

/** The largest order that a block at this distance from an aligned origin can have. */
function alignmentOrder(pages: number, maxOrder: number): number {
  if (pages === 0) return maxOrder;
  return Math.min(31 - Math.clz32(pages & -pages), maxOrder);
}

/**
 * A zone and its free blocks. Plays the per-zone half of mm/page_alloc.c.
 * Deviations: no per-CPU lists; a fallback gives the rest of a split block to the thief's list, and a pageblock changes
 * hands only as a whole; lists are not shuffled.
 */
export class Zone {
  readonly name: ZoneName;
  readonly startPfn: number;
  readonly endPfn: number;
  readonly maxOrder: number;
  readonly pageblockOrder: number;
  /** Pages below which only a dying task may allocate: watermark[WMARK_MIN]. */
  minPages = 0;
  #freePages = 0;
  #freeCmaPages = 0;
  #managedPages = 0;
  #cmaPages = 0;
  readonly #areas: readonly FreeArea[];
  /** The page number that block indices count from, aligned to the largest order. */
  readonly #originPfn: number;
  readonly #pageblocks: Uint8Array;

  constructor(facts: {
    readonly name: ZoneName;
    readonly startPfn: number;
    readonly endPfn: number;
    readonly maxOrder: number;
    readonly pageblockOrder: number;
  }) {
    this.name = facts.name;
    this.startPfn = facts.startPfn;
    this.endPfn = facts.endPfn;
    this.maxOrder = facts.maxOrder;
    this.pageblockOrder = facts.pageblockOrder;
    this.#areas = Array.from({ length: facts.maxOrder + 1 }, () => new FreeArea());
    const largest = 2 ** facts.maxOrder;
    this.#originPfn = Math.floor(facts.startPfn / largest) * largest;
    const blocks = Math.ceil((facts.endPfn - this.#originPfn) / 2 ** facts.pageblockOrder);
    this.#pageblocks = new Uint8Array(blocks).fill(migrateTypes.movable);
  }

  get freePages(): number {
    return this.#freePages;
  }

  get freeCmaPages(): number {
    return this.#freeCmaPages;
  }

  /** Pages that the buddy was ever given. */
  get managedPages(): number {
    return this.#managedPages;
  }

  /** Pages in pageblocks of CMA areas. */
  get cmaPages(): number {
    return this.#cmaPages;
  }

  /** Free blocks per order, as /proc/buddyinfo shows them. */
  get freeBlocks(): readonly number[] {
    return this.#areas.map((area) => area.total);
  }

  /** Free blocks of one order and type, as /proc/pagetypeinfo shows them. */
  freeBlocksOf(order: number, type: MigrateType): number {
    return this.#areas[order]?.count(type) ?? 0;
  }

  /** Gives a range to the buddy for the first time: memblock_free_all(). */
  addRange(startPfn: number, endPfn: number): void {
    this.#managedPages += endPfn - startPfn;
    this.#freeRange(startPfn, endPfn, true);
  }

  /** Gives whole pageblocks of a CMA area to the buddy: init_cma_reserved_pageblock(). */
  addCmaRange(startPfn: number, endPfn: number): void {
    const first = this.#pageblock(startPfn);
    const last = this.#pageblock(endPfn - 1);
    this.#pageblocks.fill(migrateTypes.cma, first, last + 1);
    this.#cmaPages += endPfn - startPfn;
    this.addRange(startPfn, endPfn);
  }

  /** Takes 2^order pages for a request of this type; the first pfn, or -1 where no list can serve it. */
  take(order: number, type: MigrateType): number {
    // Movable requests live in CMA pages first while those are more than half of what is free.
    if (type === migrateTypes.movable && this.#freeCmaPages > this.#freePages / 2) {
      const pfn = this.#takeFrom(order, migrateTypes.cma);
      if (pfn >= 0) return pfn;
    }
    const own = this.#takeFrom(order, type);
    if (own >= 0) return own;
    if (type === migrateTypes.movable) {
      const pfn = this.#takeFrom(order, migrateTypes.cma);
      if (pfn >= 0) return pfn;
    }
    return this.#steal(order, type);
  }

  /** Returns 2^order pages, joined with their free buddies: __free_one_page(). */
  free(pfn: number, order: number): void {
    this.#freeBlock(pfn, order, false);
  }

  /** Whether every page of a range is free. */
  isFree(startPfn: number, endPfn: number): boolean {
    for (let pfn = startPfn; pfn < endPfn; ) {
      const order = this.#orderOfFreeBlockWith(pfn);
      if (order < 0) return false;
      pfn = this.#blockStart(pfn, order) + 2 ** order;
    }
    return true;
  }

  /**
   * Takes exactly these pages, all of which must be free: what alloc_contig_range() does once everything that could
   * move has moved. Returns 0, or -EBUSY without effect.
   */
  takeRange(startPfn: number, endPfn: number): number {
    if (!this.isFree(startPfn, endPfn)) return -errno.EBUSY;
    for (let pfn = startPfn; pfn < endPfn; ) {
      const order = this.#orderOfFreeBlockWith(pfn);
      const start = this.#blockStart(pfn, order);
      const end = start + 2 ** order;
      this.#remove(start, order);
      if (start < startPfn) this.#freeRange(start, startPfn, false);
      if (end > endPfn) this.#freeRange(endPfn, end, false);
      pfn = end;
    }
    return 0;
  }

  /** Returns a range of pages: free_contig_range(). */
  freeRange(startPfn: number, endPfn: number): void {
    this.#freeRange(startPfn, endPfn, false);
  }

  #freeRange(startPfn: number, endPfn: number, toTail: boolean): void {
    for (let pfn = startPfn; pfn < endPfn; ) {
      let order = alignmentOrder(pfn - this.#originPfn, this.maxOrder);
      while (pfn + 2 ** order > endPfn) order -= 1;
      this.#freeBlock(pfn, order, toTail);
      pfn += 2 ** order;
    }
  }

  #freeBlock(pfn: number, order: number, toTail: boolean): void {
    let start = pfn;
    let size = order;
    const type = this.#typeAt(pfn);
    while (size < this.maxOrder) {
      const buddy = this.#originPfn + ((start - this.#originPfn) ^ (1 << size));
      if (buddy < this.startPfn || this.#area(size).typeOf(this.#index(buddy, size)) === -1) break;
      // A CMA pageblock never joins one of another kind: its pages must stay where they can be found.
      if (size >= this.pageblockOrder && !this.#mayJoin(type, this.#typeAt(buddy))) break;
      this.#remove(buddy, size);
      start = Math.min(start, buddy);
      size += 1;
    }
    this.#add(start, size, type, toTail);
  }

  #mayJoin(a: MigrateType, b: MigrateType): boolean {
    return a === b || (a !== migrateTypes.cma && b !== migrateTypes.cma);
  }

  #takeFrom(order: number, type: MigrateType): number {
    for (let current = order; current <= this.maxOrder; current++) {
      const index = this.#area(current).first(type);
      if (index < 0) continue;
      const pfn = this.#originPfn + index * 2 ** current;
      this.#remove(pfn, current);
      this.#split(pfn, current, order, type);
      return pfn;
    }
    return -1;
  }

  /** Puts the upper halves back until the block has the order that was asked for: expand(). */
  #split(pfn: number, from: number, to: number, type: MigrateType): void {
    for (let order = from - 1; order >= to; order--) this.#add(pfn + 2 ** order, order, type, false);
  }

  /** Takes from another type's largest block, so that types mix as little as can be: __rmqueue_fallback(). */
  #steal(order: number, type: MigrateType): number {
    for (let current = this.maxOrder; current >= order; current--) {
      for (const other of fallbacks[type] ?? []) {
        const index = this.#area(current).first(other);
        if (index < 0) continue;
        const pfn = this.#originPfn + index * 2 ** current;
        this.#remove(pfn, current);
        if (current >= this.pageblockOrder) {
          const first = this.#pageblock(pfn);
          this.#pageblocks.fill(type, first, first + 2 ** (current - this.pageblockOrder));
        }
        this.#split(pfn, current, order, type);
        return pfn;
      }
    }
    return -1;
  }

  #orderOfFreeBlockWith(pfn: number): number {
    for (let order = this.maxOrder; order >= 0; order--) {
      if (this.#area(order).typeOf(this.#index(pfn, order)) !== -1) return order;
    }
    return -1;
  }

  #add(pfn: number, order: number, type: MigrateType, toTail: boolean): void {
    this.#area(order).add(this.#index(pfn, order), type, toTail);
    this.#freePages += 2 ** order;
    if (type === migrateTypes.cma) this.#freeCmaPages += 2 ** order;
  }

  #remove(pfn: number, order: number): void {
    const type = this.#area(order).remove(this.#index(pfn, order));
    this.#freePages -= 2 ** order;
    if (type === migrateTypes.cma) this.#freeCmaPages -= 2 ** order;
  }

  #area(order: number): FreeArea {
    const area = this.#areas[order];
    if (area === undefined) throw new Error(`zone ${this.name} has no blocks of order ${order}`);
    return area;
  }

  #index(pfn: number, order: number): number {
    return (pfn - this.#originPfn) >>> order;
  }

  #blockStart(pfn: number, order: number): number {
    return this.#originPfn + this.#index(pfn, order) * 2 ** order;
  }

  #pageblock(pfn: number): number {
    return (pfn - this.#originPfn) >>> this.pageblockOrder;
  }

  #typeAt(pfn: number): MigrateType {
    return (this.#pageblocks[this.#pageblock(pfn)] ?? migrateTypes.movable) as MigrateType;
  }
}
