import type { Kernel } from '../../init/kernel.ts';
import type { ProtectedUse } from '../../init/platform.ts';
import { GenPool } from '../../lib/genalloc.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { type HeapBuffer, heapDriver } from '../dma-buf/heaps/heap-driver.ts';

/**
 * Heaps of protected memory: buffers that devices and the secure world share, and the processor does not see. Plays
 * drivers/tee/tee_heap.c, since 6.18.
 */

/** Memory for protected buffers. Plays struct tee_protmem_pool. */
export interface ProtectedPool {
  /** The first pfn of a run, or -errno. */
  alloc(pageCount: number): number;
  free(pfn: number, pageCount: number): void;
}

/** tee_dma_heap_id, in its order, and the heaps' names. */
const uses: readonly ProtectedUse[] = ['secure-video', 'trusted-ui', 'secure-video-record'];
/** TEE_DMA_HEAP_SECURE_VIDEO_PLAY */
const firstId = 1;

/** tee_device_register_dma_heap(): 0, or -errno with a line in the log. */
export function registerTeeHeap(kernel: Kernel, use: ProtectedUse, pool: ProtectedPool): Errno {
  const name = `protected,${use}`;
  const taken = kernel.dmaHeaps.all.some((heap) => heap.kind === 'tee' && heap.name === name);
  const heap = taken
    ? -errno.EBUSY
    : kernel.config.enabled('TEE_DMABUF_HEAPS') || kernel.config.isReference
      ? teeHeap(name, pool).register(kernel)
      : -errno.EINVAL;
  if (typeof heap !== 'number') return 0;
  kernel.log.err(`optee optee: can't register DMA heap id ${firstId + uses.indexOf(use)} (${name})`);
  return heap;
}

function teeHeap(name: string, pool: ProtectedPool) {
  return heapDriver<ProtectedPool>({
    name,
    kind: 'tee',
    exporterName: 'tee',
    probe: () => pool,
    allocate: ({ data, pageCount }): HeapBuffer | Errno => {
      const pfn = data.alloc(pageCount);
      if (pfn < 0) return pfn;
      return { pages: () => [{ pfn, pageCount }], release: () => data.free(pfn, pageCount) };
    },
  });
}

/** tee_protmem_static_pool_alloc(): a pool over memory that the secure world owns for good, or -errno. */
export function staticPool(kernel: Kernel, baseBytes: bigint, sizeBytes: bigint): ProtectedPool | Errno {
  const page = BigInt(kernel.pageSizeBytes);
  if (baseBytes % page !== 0n || sizeBytes % page !== 0n) return -errno.EINVAL;
  if (!kernel.memblock.overlapsMemory(baseBytes, page)) return -errno.EINVAL;
  return genPoolOver(Number(baseBytes / page), Number(sizeBytes / page));
}

/** A pool over pages that are at hand. */
export function genPoolOver(basePfn: number, pageCount: number): ProtectedPool {
  const pool = new GenPool(basePfn, pageCount);
  return {
    alloc: (count) => pool.alloc(count) ?? -errno.ENOMEM,
    free: (pfn, count) => pool.free(pfn, count),
  };
}
