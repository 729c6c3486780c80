import type { FindPosition } from '../../../../base/position.ts';
import { oopsOnWrite } from '../../../arch/arm64/mm/fault.ts';
import type { EarlyKernel, Kernel } from '../../../init/kernel.ts';
import { chargeRegion, type RegionCharge, unchargeRegion } from '../../../kernel/cgroup/dmem.ts';
import type { CmaArea } from '../../../mm/cma.ts';
import {
  type AreaBacking,
  VM_DONTDUMP,
  VM_DONTEXPAND,
  VM_IO,
  VM_PFNMAP,
  type VmArea,
} from '../../../mm/vm-area.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import type { DmaBuf, DmaBufOperations } from '../dma-buf.ts';
import type { DmaHeapOperations, DmaHeaps, HeapRequest } from '../dma-heap.ts';
import { passClearingTime, passSetUpTime } from './buffer-times.ts';
import { exporterName } from './exporter-name.ts';
import { type HeapPlan, missingPatch, planHeaps } from './heap-plans.ts';
import { kmallocLimitBytes } from './kmalloc.ts';

/** Heaps over CMA areas. Plays drivers/dma-buf/heaps/cma_heap.c of 5.6 to 7.3. */

/** The pages of one buffer: one contiguous run of the area. */
class CmaHeapBuffer implements DmaBufOperations, AreaBacking {
  readonly #area: CmaArea;
  readonly #pfn: number;
  readonly #pageCount: number;
  readonly #charge: RegionCharge | undefined;
  readonly populated = false;

  constructor(area: CmaArea, pfn: number, pageCount: number, charge: RegionCharge | undefined) {
    this.#area = area;
    this.#pfn = pfn;
    this.#pageCount = pageCount;
    this.#charge = charge;
  }

  pageAt(pageIndex: number): number | undefined {
    return pageIndex < this.#pageCount ? this.#pfn + pageIndex : undefined;
  }

  map(area: VmArea, kernel: Kernel): Errno {
    if (!area.isShared) return -errno.EINVAL;
    if (kernel.release.behaviours.cmaHeapFault === 'pfn') {
      area.flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
    }
    area.backing = this;
    return 0;
  }

  release(kernel: Kernel): void {
    releasePages(kernel, this.#area, this.#pfn, this.#pageCount);
    unchargeRegion(this.#charge);
  }
}

function releasePages(kernel: Kernel, area: CmaArea, pfn: number, pageCount: number): void {
  // Nobody can see what a free page held: its bytes need not be kept.
  kernel.memory.zero(pfn * kernel.pageSizeBytes, pageCount * kernel.pageSizeBytes);
  area.release(pfn, pageCount);
}

/** get_order(): the power of two of pages that holds a length. */
function orderOf(pageCount: number): number {
  return Math.ceil(Math.log2(pageCount));
}

function allocate(request: HeapRequest): DmaBuf | Errno {
  const { heap, lengthBytes, kernel, task } = request;
  const { area } = heap;
  if (area === undefined) return -errno.ENODEV;
  const charge = chargeRegion(kernel, task, area, lengthBytes / kernel.pageSizeBytes);
  if (charge === 'refused') return -errno.ENOMEM;
  const buffer = allocateFrom(area, request, charge);
  if (typeof buffer === 'number') unchargeRegion(charge);
  return buffer;
}

function allocateFrom(
  area: CmaArea,
  { heap, lengthBytes, fdFlags, kernel, task }: HeapRequest,
  charge: RegionCharge | undefined,
): DmaBuf | Errno {
  const pageCount = lengthBytes / kernel.pageSizeBytes;
  passSetUpTime(kernel, 'cma');
  const maximumOrder = kernel.config.number('CMA_ALIGNMENT') ?? 8;
  const pfn = area.alloc(pageCount, Math.min(orderOf(pageCount), maximumOrder));
  if (pfn < 0) return -errno.ENOMEM;
  const hazard = area.hazardIn(pfn, pageCount);
  if (hazard !== undefined) {
    // Zeroing oopses: the caller dies where it stands, and the pages stay taken.
    oopsOnWrite(kernel, task, Math.max(pfn, hazard.firstPfn), hazard);
    return -errno.EFAULT;
  }
  kernel.memory.zero(pfn * kernel.pageSizeBytes, lengthBytes);
  passClearingTime(kernel, lengthBytes);
  if (pageCount * 8 > kmallocLimitBytes(kernel)) {
    releasePages(kernel, area, pfn, pageCount);
    return -errno.ENOMEM;
  }
  const operations = new CmaHeapBuffer(area, pfn, pageCount, charge);
  const buffer = kernel.dmaBufs.export(
    {
      exporterName: exporterName(kernel.release.behaviours, heap.name, 'cma_heap'),
      heapName: heap.name,
      operations,
      sizeBytes: lengthBytes,
      flags: fdFlags,
    },
    kernel,
    task,
  );
  if (typeof buffer === 'number') releasePages(kernel, area, pfn, pageCount);
  return buffer;
}

const cmaHeapOperations: DmaHeapOperations = { allocate };

/**
 * add_cma_heaps(): one heap for each area that the export policy names, in the release's order. What others export on
 * purpose fails by itself.
 */
export function addCmaHeaps(early: EarlyKernel, dmaHeaps: DmaHeaps): Errno {
  const { heaps, refused } = planHeaps(early);
  for (const { asker, why, position } of refused) noteRefusal(early, asker, why, position);
  for (const plan of heaps) {
    const { name, area, exportedBy } = plan;
    const heap = dmaHeaps.add({ name, operations: cmaHeapOperations, kind: 'cma', area, exportedBy });
    noteHeap(early, plan, typeof heap === 'number' ? heap : 0);
    if (typeof heap !== 'number') continue;
    if (exportedBy !== 'release') {
      noteRefusal(early, area.nodePath ?? name, refusalText(dmaHeaps, name, heap), undefined);
      continue;
    }
    if (plan.required) return heap;
    early.log.warn(`cma_heap: Failed to add CMA heap ${name}`);
  }
  return 0;
}

function refusalText({ all }: DmaHeaps, name: string, result: Errno): string {
  if (all.some((heap) => heap.name === name)) return `the name is taken: there is a heap ${name} already`;
  return result === -errno.EBUSY
    ? 'all 128 minors of dma_heap are taken'
    : `dma_heap_add() answered ${result}`;
}

function noteRefusal(
  { decisions }: EarlyKernel,
  subject: string,
  why: string,
  position: FindPosition | undefined,
): void {
  decisions.note({
    subject,
    rule: 'heap-export/refused',
    position,
    outcome: `cannot be exported as a heap: ${why}`,
    evidence: 'read',
  });
}

function noteHeap(early: EarlyKernel, plan: HeapPlan, result: Errno): void {
  const lacking = missingPatch(plan.exportedBy, early.release.name);
  const mark = lacking === undefined ? '' : ` (${lacking})`;
  early.decisions.note({
    subject: `heap:${plan.name}`,
    rule: `cma-heap/${early.exportPolicy}`,
    outcome:
      result === 0
        ? `${plan.reason}: heap ${plan.name} over area ${plan.area.name}${mark}`
        : `${plan.reason}, but dma_heap_add() refused the heap ${plan.name} (${result})`,
  });
}
