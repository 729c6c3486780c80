import { seededNumbers } from '../../base/random.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import type { FrameHolder, Frames } from './frames.ts';
import type { PageAllocator } from './page-alloc.ts';

/**
 * What a system that has run for a while keeps in memory beside the modelled processes: the page cache, and anonymous
 * memory of others. Their pages are movable, so they live in CMA areas too. Plays mm/filemap.c and the reclaim of
 * mm/vmscan.c, kept simple:
 *
 * 1. As long as free memory is above the minimum watermark nothing is reclaimed.
 * 2. Then clean cache goes, oldest first, 32 pages at least; cache in a CMA area only for requests that can use it.
 * 3. There is no swap: anonymous memory stays. Where no cache is left the OOM killer comes.
 * 4. cma_alloc() drops clean cache in its way and moves anonymous pages; a pinned page of either makes the slot busy.
 *
 * Deviations: no kswapd, no active and inactive lists, no writeback: all cache is clean.
 */
export class PageCache implements FrameHolder {
  readonly #frames: Frames;
  readonly #pages: PageAllocator;
  /** Pages by kind, oldest first. */
  readonly #cache = new Set<number>();
  readonly #anonymous = new Set<number>();
  readonly #pinned = new Set<number>();

  constructor(frames: Frames, pages: PageAllocator) {
    this.#frames = frames;
    this.#pages = pages;
  }

  get cachePages(): number {
    return this.#cache.size;
  }

  get anonymousPages(): number {
    return this.#anonymous.size;
  }

  get pinnedPages(): number {
    return this.#pinned.size;
  }

  /** Grows or shrinks the cache to so many pages, as far as free memory goes; tells how many there are now. */
  setCache(pageCount: number): number {
    return this.#resize(this.#cache, pageCount);
  }

  /** As `setCache`, for others' anonymous memory. */
  setAnonymous(pageCount: number): number {
    return this.#resize(this.#anonymous, pageCount);
  }

  #resize(set: Set<number>, pageCount: number): number {
    while (set.size < pageCount) {
      const pfn = this.#takeFree();
      if (pfn < 0) break;
      set.add(pfn);
    }
    for (const pfn of set) {
      if (set.size <= pageCount) break;
      this.#drop(set, pfn);
    }
    this.#follow();
    return set.size;
  }

  /** A page that is free already: filling memory does not press anything out of it. */
  #takeFree(): number {
    const request = { order: 0, migrateType: 'movable', zone: 'HighMem', mayReclaim: false } as const;
    return this.#frames.adopt(this.#pages.alloc(request));
  }

  #drop(set: Set<number>, pfn: number): void {
    if (this.#pinned.delete(pfn)) this.#frames.unpin(pfn);
    set.delete(pfn);
    this.#frames.put(pfn);
  }

  #follow(): void {
    if (this.#cache.size + this.#anonymous.size > 0) this.#frames.addHolder(this);
    else this.#frames.removeHolder(this);
  }

  /**
   * Pins so many of the pages that lie in `[firstPfn, endPfn)`, spread at random but the same for the same seed: pages
   * that somebody does I/O with cannot move. Pins there before are gone. Tells how many are pinned in the end.
   */
  pin(
    ranges: readonly { readonly firstPfn: number; readonly endPfn: number }[],
    count: number,
    seed: number,
  ): number {
    for (const pfn of this.#pinned) this.#frames.unpin(pfn);
    this.#pinned.clear();
    const isInside = (pfn: number) => ranges.some(({ firstPfn, endPfn }) => firstPfn <= pfn && pfn < endPfn);
    const candidates = [...this.#anonymous, ...this.#cache].filter(isInside).sort((a, b) => a - b);
    const next = seededNumbers(seed);
    for (let left = Math.min(count, candidates.length); left > 0; left -= 1) {
      const place = next() % candidates.length;
      const pfn = candidates[place];
      const last = candidates.pop();
      if (pfn === undefined || last === undefined) break;
      if (place < candidates.length) candidates[place] = last;
      this.#frames.pin(pfn);
      this.#pinned.add(pfn);
    }
    return this.#pinned.size;
  }

  isPinned(pfn: number): boolean {
    return this.#pinned.has(pfn);
  }

  /** shrink_lruvec(): gives clean cache back, oldest first; tells how many pages. */
  reclaim(pageCount: number, isUseless: (pfn: number) => boolean): number {
    let freed = 0;
    for (const pfn of this.#cache) {
      if (freed >= pageCount) break;
      if (this.#pinned.has(pfn) || isUseless(pfn)) continue;
      this.#drop(this.#cache, pfn);
      freed += 1;
    }
    return freed;
  }

  /**
   * What alloc_contig_range() does with pages in its way: -EBUSY where one is pinned; else clean cache is dropped, and
   * what is left has to be moved.
   */
  makeWay(pfns: readonly number[]): readonly number[] | Errno {
    if (pfns.some((pfn) => this.#pinned.has(pfn))) return -errno.EBUSY;
    return pfns.filter((pfn) => {
      if (!this.#cache.has(pfn)) return true;
      this.#drop(this.#cache, pfn);
      return false;
    });
  }

  moveFrames(moved: ReadonlyMap<number, number>): void {
    for (const set of [this.#cache, this.#anonymous]) {
      for (const [from, to] of moved) {
        if (!set.delete(from)) continue;
        set.add(to);
      }
    }
  }
}
