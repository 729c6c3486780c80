import type { EarlyKernel } from '../../../../init/kernel.ts';
import { defaultHeaps } from './default-area.ts';
import type { ExportPolicy, HeapPlan } from './policy.ts';

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
