import { PagePool } from '../page-pool.ts';

/**
 * A device's own coherent memory. Plays kernel/dma/coherent.c, its run-time side, which gives out blocks of a power of
 * two of pages; nothing else is tried where it has none left.
 */
export class CoherentPool extends PagePool {
  readonly name: string;

  constructor(name: string, basePfn: number, pageCount: number) {
    super(basePfn, pageCount);
    this.name = name;
  }
}
