import type { Attempt } from '../../../base/decisions.ts';
import { formatSize, hex } from '../../../base/units.ts';
import type { Device } from '../../drivers/base/device.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type CoherentMemory, type NoCoherentMemory, orderOf, type Source } from './coherent-memory.ts';
import { allocDirect } from './direct.ts';

import { allocTranslated } from './iommu-pages.ts';

export type { CoherentMemory } from './coherent-memory.ts';

/** How a driver asks. */
export interface CoherentRequest {
  readonly sizeBytes: bigint;
  /** GFP_ATOMIC: the driver may not sleep. */
  readonly atomic?: boolean;
  /** DMA_ATTR_FORCE_CONTIGUOUS */
  readonly forceContiguous?: boolean;
}

/**
 * dma_alloc_coherent(): the device's own coherent pool and nothing else; behind an IOMMU scattered pages; else what
 * dma_direct_alloc() finds. Plays kernel/dma/mapping.c.
 */
export function allocCoherent(
  kernel: Kernel,
  device: Device,
  request: CoherentRequest,
): CoherentMemory | NoCoherentMemory {
  const page = BigInt(kernel.pageSizeBytes);
  const pages = (request.sizeBytes + page - 1n) / page;
  const tried: Attempt[] = [];
  // More pages than any machine has fail like the largest request that the tables can count.
  const pageCount = pages > 2n ** 31n ? 2 ** 31 : Number(pages);
  const found = pageCount === 0 ? undefined : find(kernel, device, pageCount, request, tried);
  if (found === undefined) return { device, source: undefined, tried };
  for (const { pfn, pageCount: count } of found.runs) {
    kernel.memory.zero(pfn * kernel.pageSizeBytes, count * kernel.pageSizeBytes);
  }
  return { device, pageCount, tried, ...found };
}

function find(
  kernel: Kernel,
  device: Device,
  pageCount: number,
  request: CoherentRequest,
  tried: Attempt[],
): Source | undefined {
  if (device.pool !== undefined) return allocFromPool(kernel, device, pageCount, tried);
  const scattered = device.facts.isTranslated && request.atomic !== true && request.forceContiguous !== true;
  if (scattered) return allocTranslated(kernel, pageCount, tried);
  return allocDirect(kernel, device, pageCount, request.atomic === true, tried);
}

/** dma_alloc_from_dev_coherent(): a device with a pool of its own gets nothing from elsewhere. */
function allocFromPool(
  kernel: Kernel,
  device: Device,
  pageCount: number,
  tried: Attempt[],
): Source | undefined {
  const { pool } = device;
  if (pool === undefined) return undefined;
  const blockPages = 2 ** orderOf(pageCount);
  const sizeBytes = BigInt(blockPages * kernel.pageSizeBytes);
  const what = `the device's own coherent pool ${pool.name}, in a block of ${formatSize(sizeBytes)}`;
  const pfn = pool.alloc(blockPages);
  if (pfn === undefined) {
    const used = BigInt(pool.usedPages * kernel.pageSizeBytes);
    const total = BigInt(pool.pageCount * kernel.pageSizeBytes);
    const result = `no such block is free (${formatSize(used)} of ${formatSize(total)} in use), and nothing else serves a device that has a pool`;
    tried.push({ what, sizeBytes, result });
    return undefined;
  }
  const base = BigInt(pfn * kernel.pageSizeBytes);
  tried.push({ what, sizeBytes, baseBytes: base, result: `taken at ${hex(base)}` });
  return {
    source: 'coherent-pool',
    runs: [{ pfn, pageCount }],
    area: undefined,
    busAddress: device.busAddressOf(base) ?? base,
    free: () => pool.free(pfn, blockPages),
  };
}
