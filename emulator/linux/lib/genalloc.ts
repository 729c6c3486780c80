import { Bitmap } from './bitmap.ts';

/** gen_pool_first_fit(), or gen_pool_first_fit_order_align(): at a multiple of the size, rounded up to a power of two. */
type Fit = 'first' | 'first-order-aligned';

/**
 * A pool that hands out runs of a range of pages: what drivers of carve-outs keep. Plays lib/genalloc.c with one chunk
 * and an order of one page.
 */
export class GenPool {
  readonly basePfn: number;
  readonly #used: Bitmap;
  readonly #fit: Fit;

  constructor(basePfn: number, pageCount: number, fit: Fit = 'first') {
    this.basePfn = basePfn;
    this.#used = new Bitmap(pageCount);
    this.#fit = fit;
  }

  get pageCount(): number {
    return this.#used.length;
  }

  get usedPages(): number {
    return this.#used.setCount;
  }

  /** gen_pool_avail(), in pages. */
  get freePages(): number {
    return this.pageCount - this.usedPages;
  }

  /** gen_pool_alloc(): the first pfn of `pageCount` pages; undefined where no run is long enough. */
  alloc(pageCount: number): number | undefined {
    if (pageCount <= 0 || pageCount > this.#used.length) return undefined;
    const alignPages = this.#fit === 'first' ? 1 : 2 ** Math.ceil(Math.log2(pageCount));
    const place = this.#used.findClearArea(0, pageCount, alignPages - 1, 0);
    if (place < 0) return undefined;
    this.#used.set(place, pageCount);
    return this.basePfn + place;
  }

  /** gen_pool_free() */
  free(pfn: number, pageCount: number): void {
    this.#used.clear(pfn - this.basePfn, pageCount);
  }
}
