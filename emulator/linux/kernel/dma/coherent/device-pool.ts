import { GenPool } from '../../../lib/genalloc.ts';

/**
 * A device's own coherent memory, of which blocks of a power of two of pages are given out; nothing else is tried where
 * it has none left. Plays kernel/dma/coherent.c, its run-time side, whose bitmap finds what such a pool does.
 */
export class CoherentPool extends GenPool {
  readonly name: string;

  constructor(name: string, basePfn: number, pageCount: number) {
    super(basePfn, pageCount, 'first-order-aligned');
    this.name = name;
  }
}
