import { FreeArea, type MigrateType, migrateTypes } from './free-area.ts';
import type { PageChunks } from './page-chunks.ts';

export type ZoneName = 'DMA' | 'DMA32' | 'Normal' | 'HighMem';

/** Where a request goes when its own list is empty: `fallbacks[]` of mm/page_alloc.c. */
const fallbacks: readonly (readonly MigrateType[])[] = [
  [migrateTypes.reclaimable, migrateTypes.movable],
  [migrateTypes.reclaimable, migrateTypes.unmovable],
  [migrateTypes.unmovable, migrateTypes.movable],
];

/** A CMA area as its zone sees it: pages that movable requests may use until the area wants them. */
export interface PageLender {
  readonly basePfn: number;
  readonly pageCount: number;
  readonly freePages: number;
  /** A free page, or -errno. */
  borrowPage(): number;
  returnPage(pfn: number): void;
  /** Runs of free pages, as offsets into the area. */
  freeRuns(): IterableIterator<{ readonly start: number; readonly count: number }>;
}

/** The largest order that a block at this distance from an aligned origin can have. */
function alignmentOrder(pages: number, maxOrder: number): number {
  if (pages === 0) return maxOrder;
  return Math.min(31 - Math.clz32(pages & -pages), maxOrder);
}

/**
 * A zone and its free blocks. Plays the per-zone half of mm/page_alloc.c.
 * Deviations: no per-CPU lists; free pages of a CMA area are on no list, the area lends them one by one; a fallback gives the rest of a split block to the thief's list, and a pageblock changes
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
  #listedPages = 0;
  #managedPages = 0;
  readonly #lenders: PageLender[] = [];
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
    const largest = 2 ** facts.maxOrder;
    this.#originPfn = Math.floor(facts.startPfn / largest) * largest;
    const pages = Math.ceil((facts.endPfn - this.#originPfn) / largest) * largest;
    this.#areas = Array.from({ length: facts.maxOrder + 1 }, (_, order) => new FreeArea(pages >>> order));
    const blocks = Math.ceil((facts.endPfn - this.#originPfn) / 2 ** facts.pageblockOrder);
    this.#pageblocks = new Uint8Array(blocks).fill(migrateTypes.movable);
  }

  /** Pages that are free, those of CMA areas included. */
  get freePages(): number {
    return this.#listedPages + this.freeCmaPages;
  }

  /** Free pages on the buddy's lists: what requests that must not move can have. */
  get listedPages(): number {
    return this.#listedPages;
  }

  get freeCmaPages(): number {
    let sum = 0;
    for (const lender of this.#lenders) sum += lender.freePages;
    return sum;
  }

  /** Pages that the buddy was ever given. */
  get managedPages(): number {
    return this.#managedPages;
  }

  /** Pages of active CMA areas. */
  get cmaPages(): number {
    let sum = 0;
    for (const lender of this.#lenders) sum += lender.pageCount;
    return sum;
  }

  /** Free blocks per order, as /proc/buddyinfo shows them. */
  get freeBlocks(): readonly number[] {
    const cma = this.freeCmaBlocks;
    return this.#areas.map((area, order) => area.total + (cma[order] ?? 0));
  }

  /** Free blocks per order in CMA areas: the row `CMA` of /proc/pagetypeinfo. */
  get freeCmaBlocks(): readonly number[] {
    const counts = this.#areas.map(() => 0);
    for (const lender of this.#lenders) {
      for (const { start, count } of lender.freeRuns()) {
        this.#eachBlock(lender.basePfn + start, lender.basePfn + start + count, (_, order) => {
          counts[order] = (counts[order] ?? 0) + 1;
        });
      }
    }
    return counts;
  }

  /** Gives a range to the buddy for the first time: memblock_free_all(). */
  addRange(startPfn: number, endPfn: number): void {
    this.#managedPages += endPfn - startPfn;
    this.#eachBlock(startPfn, endPfn, (pfn, order) => this.#freeBlock(pfn, order, true));
  }

  /** Takes an area in whose free pages movable requests may use: init_cma_reserved_pageblock(). */
  addLender(lender: PageLender): void {
    this.#managedPages += lender.pageCount;
    this.#lenders.push(lender);
  }

  /** Takes 2^order pages for a request of this type; the first pfn, or -1 where no list can serve it. */
  take(order: number, type: MigrateType, avoidsCma = type !== migrateTypes.movable): number {
    const mayBorrow = order === 0 && !avoidsCma && this.#lenders.length > 0;
    // Movable requests live in CMA pages first while those are more than half of what is free.
    if (mayBorrow && this.freeCmaPages > this.freePages / 2) {
      const pfn = this.#borrow();
      if (pfn >= 0) return pfn;
    }
    const own = this.#takeFrom(order, type);
    if (own >= 0) return own;
    if (mayBorrow) {
      const pfn = this.#borrow();
      if (pfn >= 0) return pfn;
    }
    return this.#steal(order, type);
  }

  /**
   * As up to `count` calls of take() for pages that must not move, with the same result; told is how many there were.
   * Blocks are cut at once, not half by half.
   */
  takeMany(order: number, type: MigrateType, count: number, into: PageChunks): number {
    let taken = 0;
    let least = order;
    while (taken < count) {
      const current = this.#smallestFrom(least, type);
      if (current < 0) {
        least = order;
        const stolen = this.#steal(order, type);
        if (stolen < 0) break;
        into.add(stolen, 1);
        taken += 1;
        continue;
      }
      const area = this.#area(current);
      const block = area.first(type);
      area.remove(block);
      this.#listedPages -= 1 << current;
      const whole = 1 << (current - order);
      const chunks = Math.min(count - taken, whole);
      into.add(this.#originPfn + block * (1 << current), chunks);
      if (chunks < whole) this.#giveBackRest(block, chunks << order, current, type);
      taken += chunks;
      // Only a steal puts smaller blocks back while more are wanted.
      least = current;
    }
    return taken;
  }

  #smallestFrom(order: number, type: MigrateType): number {
    const areas = this.#areas;
    for (let current = order; current <= this.maxOrder; current += 1) {
      if ((areas[current]?.first(type) ?? -1) >= 0) return current;
    }
    return -1;
  }

  /** What splitting leaves of a block whose first `usedPages` are gone: the larger blocks lie higher. */
  #giveBackRest(block: number, usedPages: number, order: number, type: MigrateType): void {
    const areas = this.#areas;
    const end = 1 << order;
    this.#listedPages += end - usedPages;
    for (let offset = usedPages; offset < end; ) {
      const size = 31 - Math.clz32(offset & -offset);
      areas[size]?.add(block * (1 << (order - size)) + (offset >>> size), type, false);
      offset += 1 << size;
    }
  }

  /** Returns 2^order pages, joined with their free buddies: __free_one_page(). */
  free(pfn: number, order: number): void {
    for (const lender of this.#lenders) {
      if (lender.basePfn <= pfn && pfn < lender.basePfn + lender.pageCount) {
        for (let page = 0; page < 2 ** order; page++) lender.returnPage(pfn + page);
        return;
      }
    }
    this.#freeBlock(pfn, order, false);
  }

  #borrow(): number {
    for (const lender of this.#lenders) {
      const pfn = lender.borrowPage();
      if (pfn >= 0) return pfn;
    }
    return -1;
  }

  /** The largest aligned blocks that make up a range, in order. */
  #eachBlock(startPfn: number, endPfn: number, visit: (pfn: number, order: number) => void): void {
    for (let pfn = startPfn; pfn < endPfn; ) {
      let order = alignmentOrder(pfn - this.#originPfn, this.maxOrder);
      while (pfn + 2 ** order > endPfn) order -= 1;
      visit(pfn, order);
      pfn += 2 ** order;
    }
  }

  #freeBlock(pfn: number, order: number, toTail: boolean): void {
    const areas = this.#areas;
    const type = this.#typeAt(pfn);
    let index = (pfn - this.#originPfn) >>> order;
    let size = order;
    for (; size < this.maxOrder; size += 1) {
      const area = areas[size];
      if (area === undefined || area.typeOf(index ^ 1) === -1) break;
      area.remove(index ^ 1);
      index >>>= 1;
    }
    areas[size]?.add(index, type, toTail);
    this.#listedPages += 1 << order;
  }

  #takeFrom(order: number, type: MigrateType): number {
    const areas = this.#areas;
    for (let current = order; current <= this.maxOrder; current += 1) {
      const area = areas[current];
      const index = area === undefined ? -1 : area.first(type);
      if (area === undefined || index < 0) continue;
      area.remove(index);
      this.#listedPages -= 1 << current;
      return this.#split(index, current, order, type);
    }
    return -1;
  }

  /** Puts the upper halves of a block back until it has the order that was asked for: expand(). Tells its pfn. */
  #split(block: number, from: number, to: number, type: MigrateType): number {
    const areas = this.#areas;
    let index = block;
    for (let order = from - 1; order >= to; order -= 1) {
      index *= 2;
      areas[order]?.add(index + 1, type, false);
    }
    this.#listedPages += (1 << from) - (1 << to);
    return this.#originPfn + index * (1 << to);
  }

  /** Takes from another type's largest block, so that types mix as little as can be: __rmqueue_fallback(). */
  #steal(order: number, type: MigrateType): number {
    for (let current = this.maxOrder; current >= order; current--) {
      for (const other of fallbacks[type] ?? []) {
        const index = this.#area(current).first(other);
        if (index < 0) continue;
        this.#area(current).remove(index);
        this.#listedPages -= 1 << current;
        if (current >= this.pageblockOrder) {
          const blocks = 1 << (current - this.pageblockOrder);
          this.#pageblocks.fill(type, index * blocks, (index + 1) * blocks);
        }
        return this.#split(index, current, order, type);
      }
    }
    return -1;
  }

  #area(order: number): FreeArea {
    const area = this.#areas[order];
    if (area === undefined) throw new Error(`zone ${this.name} has no blocks of order ${order}`);
    return area;
  }

  #pageblock(pfn: number): number {
    return (pfn - this.#originPfn) >>> this.pageblockOrder;
  }

  #typeAt(pfn: number): MigrateType {
    return (this.#pageblocks[this.#pageblock(pfn)] ?? migrateTypes.movable) as MigrateType;
  }
}
