import type { BootEnvironment } from '../../../init/kernel.ts';
import { memparse } from '../../../lib/cmdline.ts';
import type { CmaArea } from '../../../mm/cma.ts';
import type { PageAllocator } from '../../../mm/page-alloc.ts';

const usualPoolBytes = 256 * 1024;

/**
 * atomic_pool_init(), a postcore_initcall: one pool for allocations that may not sleep, out of the default area where
 * there is one. Plays arch/arm/mm/dma-mapping.c.
 */
export function takeAtomicPool(boot: BootEnvironment, pages: PageAllocator, area: CmaArea | undefined): void {
  const asked = boot.parameters.value('coherent_pool');
  const size = asked === undefined ? usualPoolBytes : Number(memparse(asked).value);
  const count = Math.ceil(size / boot.pageSizeBytes);
  if (count === 0) return;
  const order = Math.ceil(Math.log2(count));
  const alignment = Math.min(order, boot.config.number('CMA_ALIGNMENT') ?? 8);
  const pfn =
    area === undefined || area.pageCount === 0
      ? pages.alloc({ order, migrateType: 'unmovable', zone: 'Normal', mayReclaim: true })
      : area.alloc(count, alignment);
  const kib = (count * boot.pageSizeBytes) / 1024;
  if (pfn >= 0) boot.log.info(`DMA: preallocated ${kib} KiB pool for atomic coherent allocations`);
  else boot.log.err(`DMA: failed to allocate ${kib} KiB pool for atomic coherent allocation`);
}
