import { Bitmap } from '../../../lib/bitmap.ts';

/**
 * A device's own coherent memory. Plays kernel/dma/coherent.c, its run-time side: blocks of a power of two of pages,
 * each where a multiple of its size is, first fit.
 */
export class CoherentPool {
  readonly name: string;
  readonly basePfn: number;
  readonly #used: Bitmap;

  constructor(name: string, basePfn: number, pageCount: number) {
    this.name = name;
    this.basePfn = basePfn;
    this.#used = new Bitmap(pageCount);
  }

  get pageCount(): number {
    return this.#used.length;
  }

  get usedPages(): number {
    return this.#used.setCount;
  }

  /** The first pfn of 2^order pages; undefined where the pool has no such block left. Nothing else is tried then. */
  alloc(order: number): number | undefined {
    const count = 2 ** order;
    if (count > this.#used.length) return undefined;
    const place = this.#used.findClearArea(0, count, count - 1, 0);
    if (place < 0) return undefined;
    this.#used.set(place, count);
    return this.basePfn + place;
  }

  free(pfn: number, order: number): void {
    this.#used.clear(pfn - this.basePfn, 2 ** order);
  }
}
