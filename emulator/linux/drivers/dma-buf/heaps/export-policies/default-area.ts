import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { HeapPlan } from './policy.ts';

const fixedName = 'default_cma_region';

/** The default area's heaps: its name by release, and a second one where the release adds it. */
export function defaultHeaps({ contiguous, release, config }: EarlyKernel): readonly HeapPlan[] {
  const { defaultArea: area } = contiguous;
  if (area === undefined) return [];
  const { behaviours } = release;
  if (behaviours.cmaHeapNaming === 'area')
    return [{ name: area.name, area, reason: 'The default area becomes a heap', required: true }];
  const fixed: HeapPlan = {
    name: fixedName,
    area,
    reason: 'The default area becomes a heap of fixed name',
    required: true,
  };
  const hasLegacy = config.enabled('DMABUF_HEAPS_CMA_LEGACY') && behaviours.cmaHeapTwin === 'legacy-option';
  if (!hasLegacy || area.name === fixedName) return [fixed];
  return [
    fixed,
    { name: area.name, area, reason: 'DMABUF_HEAPS_CMA_LEGACY keeps the old name', required: true },
  ];
}
