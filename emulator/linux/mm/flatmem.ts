import type { BootEnvironment } from '../init/kernel.ts';
import type { EarlyAllocator } from './early-alloc.ts';
import type { Memblock } from './memblock.ts';

/** sizeof(struct page) where pointers have 32 bits. */
const pageStructBytes = 32n;

/**
 * alloc_node_mem_map(): takes the memory map as one table from the first to the last page, rounded out to largest
 * blocks. Plays the part of mm/mm_init.c (mm/page_alloc.c before 6.4) for FLATMEM.
 * Deviations: what of the map stands for no memory is not given back.
 */
export function takeFlatMap(
  boot: BootEnvironment,
  memblock: Memblock,
  early: EarlyAllocator,
  maxOrder: number,
): void {
  const block = BigInt(boot.pageSizeBytes) << BigInt(maxOrder);
  const start = memblock.startOfMemory - (memblock.startOfMemory % block);
  const blocks = (memblock.endOfMemory - start + block - 1n) / block;
  early.require(blocks * 2n ** BigInt(maxOrder) * pageStructBytes, 64n, 'the memory map');
}
