import type { Attempt } from '../../../base/decisions.ts';
import type { PageRun } from '../../drivers/base/device.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Source } from './coherent-memory.ts';

/**
 * iommu_dma_alloc_remap(): pages from wherever there are some, largest blocks first, which IOMMU and processor then see
 * as one range; no area is touched. Plays drivers/iommu/dma-iommu.c, __iommu_dma_alloc_pages().
 * Deviations: addresses on the far side are not modelled; every order up to the largest is tried.
 */
export function allocTranslated(kernel: Kernel, pageCount: number, tried: Attempt[]): Source | undefined {
  const { pages } = kernel;
  const taken: { readonly pfn: number; readonly order: number }[] = [];
  const giveBack = (): void => {
    for (const { pfn, order } of taken) pages.free(pfn, order);
  };
  const what = `${pageCount} scattered pages behind the IOMMU`;
  for (let left = pageCount, order = pages.maxOrder; left > 0; ) {
    order = Math.min(order, 31 - Math.clz32(left));
    const pfn = pages.alloc({ order, migrateType: 'unmovable', zone: 'Normal', mayReclaim: order === 0 });
    if (pfn >= 0) {
      taken.push({ pfn, order });
      left -= 2 ** order;
    } else if (order > 0) order -= 1;
    else {
      giveBack();
      tried.push({ what, result: 'memory ran out' });
      return undefined;
    }
  }
  const runs = taken.map(({ pfn, order }): PageRun => ({ pfn, pageCount: 2 ** order }));
  tried.push({ what, result: `taken in ${runs.length} blocks` });
  return { source: 'iommu-pages', runs, area: undefined, busAddress: undefined, free: giveBack };
}
