import { exhaustionOf } from '../../policies/exhaustion.ts';
import type { BootRule } from '../rule.ts';

/** A region that a device counts on is a heap for processes as well. */
export const deviceRegionExposed: BootRule = {
  id: 'device-region-exposed',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'A device counts on a region of its own, and the export policy makes a heap of it: from 6.19 on of every reusable shared-dma-pool. Who may open that heap can take all of it. Permissions of the node in /dev decide who may.',
  find({ system: { kernel }, masters, tree }) {
    if (kernel === undefined) return [];
    const enabled = new Set(masters.filter((master) => master.enabled).map(({ node }) => node));
    return exhaustionOf(kernel, masters)
      .filter(({ kind, victims }) => kind === 'device-region' && victims.some((one) => enabled.has(one)))
      .map(({ area, says }) => {
        const path = kernel.cma.all.find(({ name }) => name === area)?.nodePath;
        const node = path === undefined ? undefined : tree.node(path);
        return {
          subject: path ?? area,
          message: says,
          position: node === undefined ? undefined : tree.positionOf(node),
        };
      });
  },
};
