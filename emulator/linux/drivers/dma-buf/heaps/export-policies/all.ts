import type { ExportPolicy } from './policy.ts';
import { releaseAreas } from './release.ts';

/** Every CMA area, as the trees of 2019 did. */
export const allPolicy: ExportPolicy = {
  name: 'all',
  summary: 'every CMA area, as the trees of 2019 did',
  select: (early) => {
    const own = releaseAreas(early);
    const known = new Set(own.map(({ area }) => area));
    const more = early.cma.all.filter((area) => !known.has(area));
    const reason = 'Every CMA area becomes a heap';
    return {
      areas: [...own, ...more.map((area) => ({ area, exportedBy: 'policy', reason }) as const)],
      refused: [],
    };
  },
};
