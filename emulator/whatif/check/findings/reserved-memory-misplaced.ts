import { isCompatible } from '../../../linux/drivers/of/flat-tree.ts';
import type { BootRule } from '../rule.ts';

const pools = ['shared-dma-pool', 'restricted-dma-pool'];

/** A pool where the kernel does not look for any. */
export const reservedMemoryMisplaced: BootRule = {
  id: 'reserved-memory-misplaced',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'The kernel looks for regions among the children of /reserved-memory at the root, and nowhere else: a pool below another node, or deeper, does not exist for it.',
  find({ system, tree }) {
    const known = new Set(system.environment.regions.map(({ nodePath }) => nodePath));
    return [...tree.root.walk()]
      .filter((node) => pools.some((pool) => isCompatible(node, pool)) && !known.has(node.path))
      .map((node) => ({
        subject: node.path,
        message: `${node.path} is no child of /reserved-memory: the kernel does not see it`,
        position: tree.positionOf(node),
      }));
  },
};
