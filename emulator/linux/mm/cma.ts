import type { Printk } from '../kernel/printk.ts';
import { Bitmap } from '../lib/bitmap.ts';
import type { Behaviours } from '../releases.ts';
import { errno } from '../uapi/errno.ts';
import type { CmaFailureLog } from './cma-failure-log.ts';
import type { PageAllocator } from './page-alloc.ts';
import type { Zone } from './zone.ts';

/** What declares an area: cma_init_reserved_mem(). */
export interface CmaDeclaration {
  readonly name: string;
  /** Order of declaration; the kernel's index into cma_areas[]. */
  readonly index: number;
  readonly basePfn: number;
  readonly pageCount: number;
  /** The reserved-memory node that made it; undefined for the `cma=`/Kconfig area. */
  readonly nodePath: string | undefined;
}

/** Longest name that an area keeps: CMA_MAX_NAME less its NUL. */
export const maxAreaNameLength = 63;

/** What an area has counted, in pages, since the boot. */
export interface CmaStatistics {
  readonly allocatedPages: number;
  readonly refusedPages: number;
  readonly releasedPages: number;
}

/**
 * A contiguous memory area: a range of pages that cma_alloc() hands out in contiguous runs. Plays mm/cma.c, 5.6 to 7.3.
 * Deviations: one range per area; bits stand for single pages, as with all areas that a tree or `cma=` makes; pages
 * that somebody borrowed do not migrate yet: a run with one of them is busy.
 */
export class CmaArea {
  readonly name: string;
  readonly index: number;
  readonly basePfn: number;
  readonly nodePath: string | undefined;
  #pageCount: number;
  #zone: Zone | undefined;
  readonly #bitmap: Bitmap;
  readonly #behaviours: Behaviours;
  readonly #failures: CmaFailureLog;
  readonly #counts = { allocatedPages: 0, refusedPages: 0, releasedPages: 0, successes: 0, failures: 0 };

  constructor(declaration: CmaDeclaration, behaviours: Behaviours, failures: CmaFailureLog) {
    this.name = declaration.name.slice(0, maxAreaNameLength);
    this.index = declaration.index;
    this.basePfn = declaration.basePfn;
    this.nodePath = declaration.nodePath;
    this.#pageCount = declaration.pageCount;
    this.#bitmap = new Bitmap(declaration.pageCount);
    this.#behaviours = behaviours;
    this.#failures = failures;
  }

  /** 0 where activation failed. */
  get pageCount(): number {
    return this.#pageCount;
  }

  get usedPages(): number {
    return this.active ? this.#bitmap.setCount : 0;
  }

  get active(): boolean {
    return this.#zone !== undefined;
  }

  get statistics(): CmaStatistics {
    return this.#counts;
  }

  /** Calls of the allocator that gave pages, and that did not: cma_alloc_success and cma_alloc_fail of /proc/vmstat. */
  get calls(): { readonly successes: number; readonly failures: number } {
    return this.#counts;
  }

  /** The bits of the allocation map, as debugfs shows them. */
  get bitmapWords(): Uint32Array {
    return this.#bitmap.words;
  }

  /** Pages in the longest run of free ones: `maxchunk` of debugfs. */
  get largestFreePages(): number {
    let largest = 0;
    for (const run of this.#bitmap.clearRuns()) largest = Math.max(largest, run.count);
    return largest;
  }

  /** The free runs, as offsets into the area. */
  freeRuns(): IterableIterator<{ readonly start: number; readonly count: number }> {
    return this.#bitmap.clearRuns();
  }

  /**
   * cma_activate_area(): hands the area's pageblocks to the page allocator. False where they do not lie in one zone:
   * then they become ordinary memory and the area stays without pages.
   */
  activate(pages: PageAllocator, log: Printk): boolean {
    const endPfn = this.basePfn + this.#pageCount;
    const zone = pages.zoneOf(this.basePfn);
    if (zone !== undefined && endPfn <= zone.endPfn) {
      zone.addCmaRange(this.basePfn, endPfn);
      this.#zone = zone;
      return true;
    }
    for (const part of pages.zones) {
      const start = Math.max(this.basePfn, part.startPfn);
      const end = Math.min(endPfn, part.endPfn);
      if (start < end) part.addRange(start, end);
    }
    this.#pageCount = 0;
    log.err(`cma: CMA area ${this.name} could not be activated`);
    return false;
  }

  /**
   * cma_alloc(): the first pfn of `count` contiguous pages, physically aligned to 2^alignOrder, or -errno
   * (the API of the kernel answers NULL; callers that play it ignore which errno it was).
   */
  alloc(count: number, alignOrder: number, options: { readonly noWarn?: boolean } = {}): number {
    const zone = this.#zone;
    if (zone === undefined || count === 0) return -errno.EINVAL;
    if (count > this.#pageCount) return this.#refuseTooLarge(count, options.noWarn === true);
    const mask = 2 ** alignOrder - 1;
    const offset = this.basePfn & mask;
    let result: number = -errno[this.#behaviours.noRoomErrno];
    for (let start = 0; ; ) {
      const position = this.#bitmap.findClearArea(start, count, mask, offset);
      if (position < 0) break;
      const pfn = this.basePfn + position;
      this.#bitmap.set(position, count);
      if (zone.takeRange(pfn, pfn + count) === 0) {
        this.#counts.allocatedPages += count;
        this.#counts.successes += 1;
        return pfn;
      }
      this.#bitmap.clear(position, count);
      result = -errno.EBUSY;
      start = position + mask + 1;
    }
    this.#countRefused(count);
    if (options.noWarn !== true) this.#failures.report(this, count, result);
    return result;
  }

  #refuseTooLarge(count: number, noWarn: boolean): number {
    const result = -errno[this.#behaviours.noRoomErrno];
    if (this.#behaviours.tooLargeCounts) this.#countRefused(count);
    if (this.#behaviours.tooLargeRequest === 'reported' && !noWarn)
      this.#failures.report(this, count, result);
    return result;
  }

  #countRefused(count: number): void {
    this.#counts.refusedPages += count;
    this.#counts.failures += 1;
  }

  /** cma_release(): false, without effect, where the range is not the area's. */
  release(pfn: number, count: number): boolean {
    const start = pfn - this.basePfn;
    if (this.#zone === undefined || start < 0 || start + count > this.#pageCount) return false;
    this.#zone.freeRange(pfn, pfn + count);
    this.#bitmap.clear(start, count);
    this.#counts.releasedPages += count;
    return true;
  }
}

/** All areas of a kernel. */
export interface CmaAreas {
  readonly all: readonly CmaArea[];
}
