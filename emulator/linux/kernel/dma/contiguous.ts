// Contract first; plays kernel/dma/contiguous.c.
import type { CmaArea } from '../../mm/cma.ts';

/** Which areas devices without one of their own, and heaps, get their memory from. */
export interface Contiguous {
  /** dev_get_cma_area(NULL): the default area; undefined where there is none. */
  readonly defaultArea: CmaArea | undefined;
  /**
   * The areas that releases with a heap per area walk, in the order of their set-up: every reusable
   * shared-dma-pool, then the `cma=`/Kconfig area. Filled on every release.
   */
  readonly heapAreas: readonly CmaArea[];
}
