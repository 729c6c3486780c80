import { Bitmap } from './bitmap.ts';

/**
 * A pool that hands out runs of a range of pages, first fit: what drivers of carve-outs keep. Plays lib/genalloc.c with
 * one chunk and an order of one page.
 */
export class GenPool {
  readonly basePfn: number;
  readonly #used: Bitmap;

  constructor(basePfn: number, pageCount: number) {
    this.basePfn = basePfn;
    this.#used = new Bitmap(pageCount);
  }

  get pageCount(): number {
    return this.#used.length;
  }

  /** gen_pool_avail(), in pages. */
  get freePages(): number {
    return this.#used.length - this.#used.setCount;
  }

  /** gen_pool_alloc(): the first pfn of `pageCount` pages; undefined where no run is long enough. */
  alloc(pageCount: number): number | undefined {
    if (pageCount <= 0 || pageCount > this.#used.length) return undefined;
    const place = this.#used.findClearArea(0, pageCount, 0, 0);
    if (place < 0) return undefined;
    this.#used.set(place, pageCount);
    return this.basePfn + place;
  }

  /** gen_pool_free() */
  free(pfn: number, pageCount: number): void {
    this.#used.clear(pfn - this.basePfn, pageCount);
  }
}
