import { exhaustionOf } from '../../policies/exhaustion.ts';
import type { BootRule } from '../rule.ts';

/** Two heaps over one area: who adds their sizes counts it twice. */
export const onePoolTwoNames: BootRule = {
  id: 'one-pool-two-names',
  looksAt: 'boot',
  severity: 'note',
  explanation:
    'Two files under /dev/dma_heap lead to the same area, as DMABUF_HEAPS_CMA_LEGACY makes them from 6.17 on for programs that know the old name only, and releases from 6.19 on by themselves. Memory that one gives out, the other lacks.',
  find({ system: { kernel }, masters, tree }) {
    if (kernel === undefined) return [];
    return exhaustionOf(kernel, masters)
      .filter(({ kind }) => kind === 'one-pool')
      .map(({ area, says }) => {
        const path = kernel.cma.all.find(({ name }) => name === area)?.nodePath;
        const node = path === undefined ? undefined : tree.node(path);
        return {
          subject: path ?? area,
          message: says,
          position: node === undefined ? undefined : tree.positionOf(node),
          cures: () => [
            {
              says: 'leave the legacy name out of the configuration',
              changes: [{ kind: 'kconfig', symbol: 'DMABUF_HEAPS_CMA_LEGACY', value: 'n' } as const],
            },
          ],
        };
      });
  },
};
