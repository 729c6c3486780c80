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

/** Who gives a heap's memory; nobody while its driver is away. Heaps themselves never go. */
interface Backend {
  pool: ProtectedPool | undefined;
}

const backends = new WeakMap<Kernel, Map<string, Backend>>();

function backendsOf(kernel: Kernel): Map<string, Backend> {
  const known = backends.get(kernel) ?? new Map<string, Backend>();
  backends.set(kernel, known);
  return known;
}

/** tee_device_register_dma_heap(): 0, or -errno with a line in the log. A heap whose driver went is taken up again. */
export function registerTeeHeap(kernel: Kernel, use: ProtectedUse, pool: ProtectedPool): Errno {
  const name = `protected,${use}`;
  const known = backendsOf(kernel).get(name);
  const result = known === undefined ? addTeeHeap(kernel, name, pool) : takeUp(known, pool);
  if (result < 0)
    kernel.log.err(`optee optee: can't register DMA heap id ${firstId + uses.indexOf(use)} (${name})`);
  return result;
}

function takeUp(backend: Backend, pool: ProtectedPool): Errno {
  if (backend.pool !== undefined) return -errno.EBUSY;
  backend.pool = pool;
  return 0;
}

function addTeeHeap(kernel: Kernel, name: string, pool: ProtectedPool): Errno {
  if (!kernel.config.enabled('TEE_DMABUF_HEAPS') && !kernel.config.isReference) return -errno.EINVAL;
  const backend: Backend = { pool };
  const heap = teeHeap(name, backend).register(kernel);
  if (typeof heap === 'number') return heap;
  backendsOf(kernel).set(name, backend);
  return 0;
}

/** tee_device_put_all_dma_heaps() */
export function putTeeHeaps(kernel: Kernel): void {
  for (const backend of backendsOf(kernel).values()) backend.pool = undefined;
}

function teeHeap(name: string, backend: Backend) {
  return heapDriver<Backend>({
    name,
    kind: 'tee',
    exporterName: 'tee',
    probe: () => backend,
    allocate: ({ data: { pool }, pageCount }): HeapBuffer | Errno => {
      if (pool === undefined) return -errno.EINVAL;
      const pfn = pool.alloc(pageCount);
      if (pfn < 0) return pfn;
      return { pages: () => [{ pfn, pageCount }], release: () => pool.free(pfn, pageCount) };
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
