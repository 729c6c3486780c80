import type { VendorHeapFacts } from '../../../../machine/vendor-heaps.ts';
import type { Kernel } from '../../../init/kernel.ts';
import type { CmaArea } from '../../../mm/cma.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import type { PageRun } from '../../base/device.ts';
import { type HeapBuffer, type HeapDriver, heapDriver } from './heap-driver.ts';

/** What a vendor's heap is like; a fact of its kernel, not of mainline. */
export interface VendorHeap extends Omit<VendorHeapFacts, 'group' | 'source'> {
  /** The group that may open it; root alone where it is absent. */
  readonly gid?: number | undefined;
}

interface Backing {
  readonly area: CmaArea | undefined;
}

/** Orders that vendors' system heaps try, as mainline's does. */
const chunkOrders: readonly number[] = [8, 4, 0];

/** A heap of a vendor's kernel, as a driver that is plugged in. Without its area it is not there. */
export function vendorHeap(facts: VendorHeap): HeapDriver {
  const driver = heapDriver<Backing>({
    name: facts.name,
    probe: (kernel) => findBacking(kernel, facts.backing),
    allocate: ({ data, pageCount, kernel }) => {
      const runs = takeRuns(kernel, facts, data.area, pageCount);
      if (typeof runs === 'number') return runs;
      return bufferOf(kernel, facts, data.area, runs);
    },
  });
  return {
    name: driver.name,
    register: (kernel) => {
      const heap = driver.register(kernel);
      if (typeof heap !== 'number' && facts.gid !== undefined) openForGroup(kernel, heap.name, facts.gid);
      return heap;
    },
  };
}

function findBacking(kernel: Kernel, backing: string): Backing | Errno {
  if (backing === 'system') return { area: undefined };
  const area =
    backing === 'default'
      ? kernel.contiguous.defaultArea
      : kernel.cma.all.find(({ name, nodePath }) => name === backing || nodePath === backing);
  return area === undefined ? -errno.ENODEV : { area };
}

function takeRuns(
  kernel: Kernel,
  { contiguous, dma32 }: VendorHeap,
  area: CmaArea | undefined,
  pageCount: number,
): readonly PageRun[] | Errno {
  const order = Math.ceil(Math.log2(pageCount));
  if (area !== undefined) {
    const pfn = area.alloc(pageCount, Math.min(order, kernel.config.number('CMA_ALIGNMENT') ?? 8));
    return pfn < 0 ? -errno.ENOMEM : [{ pfn, pageCount }];
  }
  const zone = dma32 ? 'DMA32' : 'Normal';
  const one = (order: number): number =>
    kernel.pages.alloc({ order, migrateType: 'unmovable', zone, mayReclaim: order === 0 });
  if (contiguous) {
    const pfn = one(order);
    return pfn < 0 ? -errno.ENOMEM : [{ pfn, pageCount: 2 ** order }];
  }
  const runs: PageRun[] = [];
  let left = pageCount;
  for (const order of chunkOrders) {
    while (left >= 2 ** order) {
      const pfn = one(order);
      if (pfn < 0) break;
      runs.push({ pfn, pageCount: 2 ** order });
      left -= 2 ** order;
    }
  }
  if (left === 0) return runs;
  freeRuns(kernel, undefined, runs);
  return -errno.ENOMEM;
}

function freeRuns(kernel: Kernel, area: CmaArea | undefined, runs: readonly PageRun[]): void {
  for (const { pfn, pageCount } of runs) {
    if (area === undefined) kernel.pages.free(pfn, Math.log2(pageCount));
    else area.release(pfn, pageCount);
  }
}

function bufferOf(
  kernel: Kernel,
  { mmap, cached }: VendorHeap,
  area: CmaArea | undefined,
  runs: readonly PageRun[],
): HeapBuffer {
  return {
    pages: () => runs,
    ...(mmap ? { mmap: cached ? 'cached' : 'uncached' } : {}),
    release: () => freeRuns(kernel, area, runs),
  };
}

/** What the vendor's device rules do to the node. */
function openForGroup(kernel: Kernel, name: string, gid: number): void {
  const node = kernel.devtmpfs.node(`dma_heap/${name}`);
  if (node === undefined) return;
  node.mode = (node.mode & ~0o777) | 0o660;
  node.gid = gid;
}
