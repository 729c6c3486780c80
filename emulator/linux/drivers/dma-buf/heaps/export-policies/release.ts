import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { CmaArea } from '../../../../mm/cma.ts';
import type { AreaExport, ExportPolicy } from './policy.ts';

/** The areas that the release makes heaps of by itself. */
export function releaseAreas({ contiguous, cma, release }: EarlyKernel): readonly AreaExport[] {
  const { defaultArea, heapAreas } = contiguous;
  const byRelease = (area: CmaArea, reason: string): AreaExport => ({ area, exportedBy: 'release', reason });
  const first = defaultArea === undefined ? [] : [byRelease(defaultArea, 'The default area becomes a heap')];
  const others = (areas: readonly CmaArea[], reason: string) =>
    areas.filter((area) => area !== defaultArea).map((area) => byRelease(area, reason));
  switch (release.behaviours.regionHeaps) {
    case 'default':
      return first;
    case 'every-reusable-region':
      return [...first, ...others(heapAreas, 'Every reusable shared-dma-pool becomes a heap')];
    case 'every-area':
      return [...first, ...others(cma.all, 'Every CMA area becomes a heap')];
  }
}

/** What the release does by itself. */
export const releasePolicy: ExportPolicy = {
  name: 'release',
  summary: 'what the kernel release does by itself',
  select: (early) => ({ areas: releaseAreas(early), refused: [] }),
};
