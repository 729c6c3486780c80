import type { Kernel } from '../../../init/kernel.ts';
import type { Task } from '../../../kernel/task.ts';
import { beginCharge, type Charge, chargeChunks, uncharge, unchargeAll } from '../../../mm/memcontrol.ts';
import { oomKill } from '../../../mm/oom-kill.ts';
import type { PageChunks } from '../../../mm/page-chunks.ts';
import {
  type AreaBacking,
  VM_DONTDUMP,
  VM_DONTEXPAND,
  VM_IO,
  VM_PFNMAP,
  type VmArea,
} from '../../../mm/vm-area.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import type { PageRun } from '../../base/device.ts';
import type { DmaBuf, DmaBufOperations } from '../dma-buf.ts';
import type { DmaHeapOperations, HeapRequest } from '../dma-heap.ts';
import { passClearingTime, passSetUpTime } from './buffer-times.ts';
import { exporterName } from './exporter-name.ts';
import { kmallocLimitBytes } from './kmalloc.ts';

/**
 * The heap of ordinary pages. Plays drivers/dma-buf/heaps/system_heap.c of 5.6 to 7.3.
 * A buffer is made of chunks whose order never rises again within it.
 */

/** The memory of one buffer. */
class SystemHeapBuffer implements DmaBufOperations, AreaBacking {
  /** Chunks by order, largest first: the order in which they were taken. */
  readonly runs: readonly PageChunks[];
  readonly populated: boolean;
  readonly #charge: Charge;

  constructor(runs: readonly PageChunks[], charge: Charge, populated: boolean) {
    this.runs = runs;
    this.#charge = charge;
    this.populated = populated;
  }

  pageAt(pageIndex: number): number | undefined {
    let rest = pageIndex;
    for (const chunks of this.runs) {
      const { chunkPages } = chunks;
      const pages = chunks.count * chunkPages;
      if (rest < pages) return (chunks.pfns[Math.floor(rest / chunkPages)] ?? 0) + (rest % chunkPages);
      rest -= pages;
    }
    return undefined;
  }

  /** One entry for each chunk, in the order in which they were taken. */
  scatter(): readonly PageRun[] {
    return this.runs.flatMap(({ pfns, chunkPages }) =>
      Array.from(pfns, (pfn) => ({ pfn, pageCount: chunkPages })),
    );
  }

  /** Whether a range of pages lies within one chunk. */
  isWithinChunk(firstPage: number, pageCount: number): boolean {
    let start = 0;
    for (const { count, chunkPages } of this.runs) {
      const end = start + count * chunkPages;
      if (firstPage < end) return ((firstPage - start) % chunkPages) + pageCount <= chunkPages;
      start = end;
    }
    return false;
  }

  map(area: VmArea, kernel: Kernel): Errno {
    const how = kernel.release.behaviours.systemHeapMap;
    if (how === 'faults') {
      if (!area.isShared) return -errno.EINVAL;
    } else {
      if (area.copiesOnWrite && !this.#remapsAtOnce(area, kernel)) return -errno.EINVAL;
      area.flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
      if (area.copiesOnWrite) area.offsetPages = this.pageAt(area.backingOffset) ?? area.offsetPages;
    }
    area.backing = this;
    return 0;
  }

  /** A private remap must cover its whole mapping in one go. */
  #remapsAtOnce(area: VmArea, kernel: Kernel): boolean {
    const pageCount = (area.end - area.start) / kernel.pageSizeBytes;
    if (kernel.release.behaviours.systemHeapMap === 'remap-per-page') return pageCount === 1;
    return this.isWithinChunk(area.backingOffset, pageCount);
  }

  release(kernel: Kernel): void {
    freeRuns(kernel, this.runs);
    unchargeAll(this.#charge);
  }
}

function freeRuns(kernel: Kernel, runs: readonly PageChunks[]): void {
  for (const chunks of runs) {
    // Nobody can see what a free page held: its bytes need not be kept.
    zeroChunks(kernel, chunks);
    kernel.pages.freeMany(chunks);
  }
}

function zeroChunks({ memory, pageSizeBytes }: Kernel, { ranges, chunkPages }: PageChunks): void {
  if (memory.residentBytes === 0) return;
  for (const { pfn, chunkCount } of ranges) {
    memory.zero(pfn * pageSizeBytes, chunkCount * chunkPages * pageSizeBytes);
  }
}

/**
 * Chunks of the largest order that is to be had, or -errno after everything was given back. An order that failed once
 * is not tried again.
 */
function takeChunks(kernel: Kernel, task: Task, lengthBytes: number, charge: Charge): PageChunks[] | Errno {
  const { behaviours } = kernel.release;
  passSetUpTime(kernel, 'system');
  const runs: PageChunks[] = [];
  let remaining = lengthBytes;
  for (const order of behaviours.systemHeapOrders) {
    if (remaining > 0 && task.signals.isKilled) {
      freeRuns(kernel, runs);
      return -errno[behaviours.systemHeapKilled];
    }
    const chunkBytes = kernel.pageSizeBytes * (1 << order);
    const wanted = Math.floor(remaining / chunkBytes);
    if (wanted === 0) continue;
    const request = requests[order] ?? requestFor(order);
    const charged = chargeChunks(kernel, task, charge, wanted, 1 << order, request.mayReclaim);
    if (charged === 0) continue;
    const chunks = kernel.pages.allocMany(request, charged);
    uncharge(charge, (charged - chunks.count) * chunks.chunkPages);
    zeroChunks(kernel, chunks);
    passClearingTime(kernel, chunks.count * chunkBytes);
    kernel.timers.catchUp();
    runs.push(chunks);
    remaining -= chunks.count * chunkBytes;
  }
  if (remaining === 0) return runs;
  // Where the group's limit was met, its own killer has come already.
  if (!task.signals.isKilled) oomKill(kernel, task);
  freeRuns(kernel, runs);
  return -errno[behaviours.systemHeapKilled];
}

/** GFP_HIGHUSER: any zone, not movable, so never out of a CMA area. Only single pages are waited for. */
function requestFor(order: number) {
  return { order, migrateType: 'unmovable', zone: 'HighMem', mayReclaim: order === 0 } as const;
}

const requests: Readonly<Record<number, ReturnType<typeof requestFor>>> = {
  0: requestFor(0),
  4: requestFor(4),
  8: requestFor(8),
};

function allocate({ heap, lengthBytes, fdFlags, kernel, task }: HeapRequest): DmaBuf | Errno {
  const { behaviours } = kernel.release;
  const pageCount = lengthBytes / kernel.pageSizeBytes;
  if (behaviours.systemHeapPageArray && pageCount * 8 > kmallocLimitBytes(kernel)) return -errno.ENOMEM;
  const charge = beginCharge(kernel, task);
  const runs = takeChunks(kernel, task, lengthBytes, charge);
  if (typeof runs === 'number') {
    unchargeAll(charge);
    return runs;
  }
  const operations = new SystemHeapBuffer(runs, charge, behaviours.systemHeapMap !== 'faults');
  const buffer = kernel.dmaBufs.export(
    {
      exporterName: exporterName(behaviours, heap.name, 'system_heap'),
      heapName: heap.name,
      operations,
      sizeBytes: lengthBytes,
      flags: fdFlags,
    },
    kernel,
    task,
  );
  if (typeof buffer === 'number') {
    freeRuns(kernel, runs);
    unchargeAll(charge);
  }
  return buffer;
}

export const systemHeapOperations: DmaHeapOperations = { allocate };

/** system_heap_create(): 0, or dma_heap_add()'s error. */
export function createSystemHeap(kernel: Pick<Kernel, 'dmaHeaps'>): Errno {
  const heap = kernel.dmaHeaps.add({ name: 'system', operations: systemHeapOperations, kind: 'system' });
  return typeof heap === 'number' ? heap : 0;
}
