import type { BootEnvironment } from '../../init/kernel.ts';
import { memparse } from '../../lib/cmdline.ts';
import { GenPool } from '../../lib/genalloc.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { PageAllocator } from '../../mm/page-alloc.ts';
import type { ZoneName } from '../../mm/zone.ts';

const kib128 = 128 * 1024;
const pagesPerPoolPage = 2 ** 30 / kib128;

interface Pool {
  readonly zone: ZoneName;
  /** How the allocation's flags are printed. */
  readonly flags: string;
}

/** Memory that was put aside for drivers that may not sleep. */
export class AtomicPool extends GenPool {
  readonly zone: ZoneName;

  constructor(zone: ZoneName, basePfn: number, pageCount: number) {
    super(basePfn, pageCount, 'first-order-aligned');
    this.zone = zone;
  }
}

const pools: readonly Pool[] = [
  { zone: 'Normal', flags: 'GFP_KERNEL' },
  { zone: 'DMA', flags: 'GFP_KERNEL|GFP_DMA' },
  { zone: 'DMA32', flags: 'GFP_KERNEL|GFP_DMA32' },
];

/**
 * dma_atomic_pool_init(), a postcore_initcall: takes memory for allocations that may not sleep, out of the default
 * area where that lies low enough. Plays kernel/dma/pool.c.
 * Deviations: the pools do not grow.
 */
export function takeAtomicPools(
  boot: BootEnvironment,
  pages: PageAllocator,
  area: CmaArea | undefined,
  reach: bigint,
): void {
  if (!boot.config.enabled('DMA_COHERENT_POOL') && !boot.config.enabled('DMA_DIRECT_REMAP')) return;
  const size = poolBytes(boot, pages);
  for (const pool of pools) if (exists(boot, pages, pool)) take(boot, pages, area, pool, size, reach);
}

/** `coherent_pool=`, or 128 KiB per GiB of memory, between 128 KiB and the largest block. */
function poolBytes(boot: BootEnvironment, pages: PageAllocator): number {
  const asked = boot.parameters.value('coherent_pool');
  const stated = asked === undefined ? 0 : Number(memparse(asked).value);
  if (stated !== 0) return stated;
  const share = Math.min(Math.floor(pages.totalPages / pagesPerPoolPage), 2 ** pages.maxOrder);
  return Math.max(share * boot.pageSizeBytes, kib128);
}

function exists(boot: BootEnvironment, pages: PageAllocator, pool: Pool): boolean {
  const { zoneDma, zoneDma32 } = boot.config.facts;
  const hasMemory = (zone: ZoneName): boolean =>
    pages.zones.some((candidate) => candidate.name === zone && candidate.managedPages > 0);
  if (boot.release.behaviours.atomicPools === 'zones-with-memory') return hasMemory(pool.zone);
  if (pool.zone === 'DMA') return zoneDma && hasMemory('DMA');
  return pool.zone === 'Normal' || zoneDma32;
}

/** atomic_pool_expand(): from the default area where it lies in the pool's zone, else from the page allocator. */
function take(
  boot: BootEnvironment,
  pages: PageAllocator,
  area: CmaArea | undefined,
  pool: Pool,
  size: number,
  reach: bigint,
): void {
  const alignment = boot.config.number('CMA_ALIGNMENT') ?? 8;
  let order = Math.min(Math.max(0, Math.ceil(Math.log2(size / boot.pageSizeBytes))), pages.maxOrder);
  let pfn = -1;
  for (; order >= 0; order -= 1) {
    if (area !== undefined && reaches(boot, area, pool, reach)) {
      pfn = area.alloc(2 ** order, Math.min(order, alignment));
      if (pfn >= 0) break;
    }
    pfn = pages.alloc({ order, migrateType: 'unmovable', zone: pool.zone, mayReclaim: true });
    if (pfn >= 0) break;
  }
  if (pfn >= 0) boot.atomicPools.push(new AtomicPool(pool.zone, pfn, 2 ** order));
  const kib = (order < 0 ? size : 2 ** order * boot.pageSizeBytes) / 1024;
  if (order < 0) boot.log.err(`DMA: failed to allocate ${kib} KiB ${pool.flags} pool for atomic allocation`);
  else boot.log.info(`DMA: preallocated ${kib} KiB ${pool.flags} pool for atomic allocations`);
}

/** cma_in_zone(). */
function reaches(boot: BootEnvironment, area: CmaArea, pool: Pool, reach: bigint): boolean {
  if (area.pageCount === 0) return false;
  const lastByte = (area.basePfn + area.pageCount) * boot.pageSizeBytes - 1;
  if (pool.zone === 'DMA') return BigInt(lastByte) <= reach;
  return pool.zone === 'Normal' || lastByte < 2 ** 32;
}
