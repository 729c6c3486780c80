import { exhaustionOf } from '../../policies/exhaustion.ts';
import { areaPlace } from '../area-place.ts';
import type { BootRule } from '../rule.ts';

/** Two heaps over one area: who adds their sizes counts it twice. */
export const onePoolTwoNames: BootRule = {
  id: 'one-pool-two-names',
  looksAt: 'boot',
  severity: 'note',
  explanation:
    'Two files under /dev/dma_heap lead to the same area, as DMABUF_HEAPS_CMA_LEGACY makes them from 6.17 on for programs that know the old name only, and releases from 6.19 on by themselves. Memory that one gives out, the other lacks.',
  find(context) {
    const { system, masters } = context;
    if (system.kernel === undefined) return [];
    return exhaustionOf(system.kernel, masters)
      .filter(({ kind }) => kind === 'one-pool')
      .map(({ area, says }) => ({
        message: says,
        ...areaPlace(context, area),
        cures: () => [
          {
            says: 'leave the legacy name out of the configuration',
            changes: [{ kind: 'kconfig', symbol: 'DMABUF_HEAPS_CMA_LEGACY', value: 'n' } as const],
          },
        ],
      }));
  },
};
