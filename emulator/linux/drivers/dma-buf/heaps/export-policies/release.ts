import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { ExportPolicy, HeapPlan } from './policy.ts';

const fixedName = 'default_cma_region';

/** The default area's heaps: its name by release, and a second one where the release adds it. */
function defaultHeaps({ contiguous, release, config }: EarlyKernel): HeapPlan[] {
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

function areaHeaps({ contiguous, cma, release }: EarlyKernel): HeapPlan[] {
  switch (release.behaviours.regionHeaps) {
    case 'default':
      return [];
    case 'every-reusable-region':
      return contiguous.heapAreas.map((area) => ({
        name: area.name,
        area,
        reason: 'Every reusable shared-dma-pool becomes a heap',
        required: false,
      }));
    case 'every-area':
      return cma.all
        .filter((area) => area !== contiguous.defaultArea)
        .map((area) => ({ name: area.name, area, reason: 'Every CMA area becomes a heap', required: true }));
  }
}

/** What the release does by itself. */
export const releasePolicy: ExportPolicy = {
  name: 'release',
  summary: 'what the kernel release does by itself',
  heaps: (early) => [...defaultHeaps(early), ...areaHeaps(early)],
};
