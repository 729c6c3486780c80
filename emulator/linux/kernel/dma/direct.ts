import type { Attempt } from '../../../base/decisions.ts';
import { formatSize, hex } from '../../../base/units.ts';
import type { Device } from '../../drivers/base/device.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { ZoneName } from '../../mm/zone.ts';
import { orderOf, type Source } from './coherent-memory.ts';

/**
 * Memory for devices that see physical addresses. Plays kernel/dma/direct.c, dma_direct_alloc() with
 * __dma_direct_alloc_pages(), and dma_alloc_contiguous() of contiguous.c.
 */
export function allocDirect(
  kernel: Kernel,
  device: Device,
  pageCount: number,
  atomic: boolean,
  tried: Attempt[],
): Source | undefined {
  if (device.restricted !== undefined) return fromRestrictedPool(kernel, device, pageCount, tried);
  if (atomic && !device.facts.isCoherent) return fromAtomicPool(kernel, device, pageCount, tried);
  if (!atomic) {
    const found = fromArea(kernel, device, pageCount, tried);
    if (found !== undefined) return found;
  }
  return fromPages(kernel, device, pageCount, tried);
}

/** dma_alloc_contiguous(): the device's own area, whatever the size; else, above one page, the default area. */
function fromArea(kernel: Kernel, device: Device, pageCount: number, tried: Attempt[]): Source | undefined {
  const { contiguous, config } = kernel;
  const own = device.area;
  if (!config.facts.dmaCma) {
    tried.push({ what: 'CMA areas', result: 'DMA_CMA is not configured' });
    return undefined;
  }
  if (own === undefined && pageCount <= 1) {
    tried.push({ what: 'the default CMA area', result: 'not asked: one page does not need it' });
    return undefined;
  }
  const area = own ?? contiguous.defaultArea;
  if (area === undefined) {
    tried.push({ what: 'the default CMA area', result: 'there is none' });
    return undefined;
  }
  const source = own === undefined ? 'default-area' : 'own-area';
  const what =
    own === undefined ? `the default CMA area ${area.name}` : `the device's own CMA area ${area.name}`;
  const align = Math.min(orderOf(pageCount), config.number('CMA_ALIGNMENT') ?? 8);
  const pfn = area.alloc(pageCount, align);
  if (pfn < 0) {
    tried.push({ what, result: noRoomIn(kernel, area) });
    return undefined;
  }
  const base = BigInt(pfn * kernel.pageSizeBytes);
  if (!device.reaches(base, BigInt(pageCount * kernel.pageSizeBytes))) {
    area.release(pfn, pageCount);
    tried.push({ what, baseBytes: base, result: `given back: ${beyondReach(device, base)}` });
    return undefined;
  }
  tried.push({ what, baseBytes: base, result: `taken at ${hex(base)}` });
  return {
    source,
    runs: [{ pfn, pageCount }],
    area,
    busAddress: device.busAddressOf(base),
    free: () => {
      kernel.memory.zero(pfn * kernel.pageSizeBytes, pageCount * kernel.pageSizeBytes);
      area.release(pfn, pageCount);
    },
  };
}

function noRoomIn(kernel: Kernel, area: CmaArea): string {
  if (!area.active) return 'it could not be activated at boot';
  const size = (pages: number) => formatSize(BigInt(pages * kernel.pageSizeBytes));
  return `no room: ${size(area.pageCount - area.usedPages)} of ${size(area.pageCount)} free, largest run ${size(area.largestFreeRun)}`;
}

function beyondReach(device: Device, base: bigint): string {
  return `${hex(base)} is beyond what the device addresses, which ends at ${hex(device.lastPhysicalAddress)}`;
}

const u32Max = 0xffff_ffffn;

/**
 * The page allocator, zone by zone: the zone that fits what the device reaches, and lower ones where the result is too
 * high. It hands out a whole power of two of pages.
 */
function fromPages(kernel: Kernel, device: Device, pageCount: number, tried: Attempt[]): Source | undefined {
  const { pages, pageSizeBytes } = kernel;
  const order = orderOf(pageCount);
  const sizeBytes = BigInt(2 ** order * pageSizeBytes);
  if (order > pages.maxOrder) {
    const largest = BigInt(2 ** pages.maxOrder * pageSizeBytes);
    const result = `it has no blocks above ${formatSize(largest)}`;
    tried.push({ what: 'the page allocator', sizeBytes, result });
    return undefined;
  }
  for (const zone of zonesFor(kernel, device)) {
    const what = `a block of ${formatSize(sizeBytes)} from the page allocator, zone ${zone} or below`;
    const pfn = pages.alloc({ order, migrateType: 'unmovable', zone, mayReclaim: true });
    if (pfn < 0) {
      reportPageFailure(kernel, order, zone);
      tried.push({ what, sizeBytes, result: 'no such block is free' });
      return undefined;
    }
    const base = BigInt(pfn * pageSizeBytes);
    if (device.reaches(base, BigInt(pageCount * pageSizeBytes))) {
      tried.push({ what, sizeBytes, baseBytes: base, result: `taken at ${hex(base)}` });
      return {
        source: 'pages',
        runs: [{ pfn, pageCount }],
        area: undefined,
        busAddress: device.busAddressOf(base),
        free: () => {
          kernel.memory.zero(pfn * pageSizeBytes, pageCount * pageSizeBytes);
          pages.free(pfn, order);
        },
      };
    }
    pages.free(pfn, order);
    tried.push({ what, sizeBytes, baseBytes: base, result: `given back: ${beyondReach(device, base)}` });
  }
  return undefined;
}

/** dma_direct_optimal_gfp_mask(), and the zones that are tried where its choice lies too high. */
function zonesFor(kernel: Kernel, device: Device): readonly ZoneName[] {
  const { zoneDma, zoneDma32 } = kernel.config.facts;
  const limit = device.lastPhysicalAddress;
  const dmaZone = kernel.pages.zones.find(({ name }) => name === 'DMA');
  const dmaEnd = dmaZone === undefined ? 0n : BigInt(dmaZone.endPfn * kernel.pageSizeBytes) - 1n;
  const usable: ZoneName[] = [];
  const wantsDma = zoneDma && dmaZone !== undefined && limit <= dmaEnd;
  const wantsDma32 = !wantsDma && limit <= u32Max;
  if (!wantsDma && !wantsDma32) usable.push('Normal');
  if (!wantsDma && zoneDma32) usable.push('DMA32');
  if (zoneDma) usable.push('DMA');
  return usable.length === 0 ? ['Normal'] : usable;
}

const zoneFlags: Readonly<Partial<Record<ZoneName, readonly [flags: string, mode: number]>>> = {
  DMA32: ['GFP_KERNEL|GFP_DMA32', 0xcc4],
  DMA: ['GFP_KERNEL|GFP_DMA', 0xcc1],
};

/** warn_alloc() */
function reportPageFailure({ log }: Kernel, order: number, zone: ZoneName): void {
  const [flags, mode] = zoneFlags[zone] ?? ['GFP_KERNEL', 0xcc0];
  log.warn(
    `swapper/0: page allocation failure: order:${order}, mode:0x${mode.toString(16)}(${flags}), nodemask=(null)`,
  );
}

/** One mapping of the bounce buffers takes 128 slots of 2 KiB at most. */
const largestSlotBytes = 256 * 1024;

/** swiotlb_alloc(): a device with a restricted pool gets nothing from elsewhere. */
function fromRestrictedPool(
  kernel: Kernel,
  device: Device,
  pageCount: number,
  tried: Attempt[],
): Source | undefined {
  const pool = device.restricted;
  if (pool === undefined) return undefined;
  const what = "the device's restricted pool";
  const fits = pageCount * kernel.pageSizeBytes <= largestSlotBytes;
  const pfn = fits ? pool.alloc(pageCount) : undefined;
  if (pfn === undefined) {
    const result = fits ? 'no run of slots is long enough' : 'it gives no more than 256 KiB at once';
    tried.push({ what, result: `${result}, and nothing else serves a device that has one` });
    return undefined;
  }
  const base = BigInt(pfn * kernel.pageSizeBytes);
  tried.push({ what, baseBytes: base, result: `taken at ${hex(base)}` });
  const free = () => pool.free(pfn, pageCount);
  const busAddress = device.busAddressOf(base);
  return { source: 'restricted-pool', runs: [{ pfn, pageCount }], area: undefined, busAddress, free };
}

/** dma_alloc_from_pool(): what the boot put aside for drivers that may not sleep. */
function fromAtomicPool(
  kernel: Kernel,
  device: Device,
  pageCount: number,
  tried: Attempt[],
): Source | undefined {
  for (const pool of kernel.atomicPools) {
    const what = `the atomic pool of zone ${pool.zone}`;
    const pfn = pool.alloc(pageCount);
    if (pfn === undefined) {
      tried.push({ what, result: 'no room' });
      continue;
    }
    const base = BigInt(pfn * kernel.pageSizeBytes);
    if (device.reaches(base, BigInt(pageCount * kernel.pageSizeBytes))) {
      tried.push({ what, baseBytes: base, result: `taken at ${hex(base)}` });
      const free = () => pool.free(pfn, pageCount);
      const busAddress = device.busAddressOf(base);
      return { source: 'atomic-pool', runs: [{ pfn, pageCount }], area: undefined, busAddress, free };
    }
    pool.free(pfn, pageCount);
    tried.push({ what, baseBytes: base, result: `given back: ${beyondReach(device, base)}` });
  }
  if (kernel.atomicPools.length === 0) tried.push({ what: 'the atomic pools', result: 'there are none' });
  return undefined;
}
