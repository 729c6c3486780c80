import { Bitmap } from '../../lib/bitmap.ts';

/**
 * Pages that were put aside for DMA, given out first fit; each run begins where a multiple of its size, rounded up to a
 * power of two, is. Plays what the pools of kernel/dma/coherent.c and kernel/dma/pool.c have in common.
 */
export class PagePool {
  readonly basePfn: number;
  readonly #used: Bitmap;

  constructor(basePfn: number, pageCount: number) {
    this.basePfn = basePfn;
    this.#used = new Bitmap(pageCount);
  }

  get pageCount(): number {
    return this.#used.length;
  }

  get usedPages(): number {
    return this.#used.setCount;
  }

  /** The first pfn of `pageCount` pages; undefined where there is no room. */
  alloc(pageCount: number): number | undefined {
    if (pageCount > this.#used.length) return undefined;
    const order = Math.ceil(Math.log2(pageCount));
    const place = this.#used.findClearArea(0, pageCount, 2 ** order - 1, 0);
    if (place < 0) return undefined;
    this.#used.set(place, pageCount);
    return this.basePfn + place;
  }

  free(pfn: number, pageCount: number): void {
    this.#used.clear(pfn - this.basePfn, pageCount);
  }
}
