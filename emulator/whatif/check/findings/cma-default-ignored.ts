import { isCompatible } from '../../../linux/drivers/of/flat-tree.ts';
import type { ReservedRegion } from '../../../linux/drivers/of/reserved-mem.ts';
import { deleteProperty, setProperty } from '../../explain/change.ts';
import type { BootRule, Cure } from '../rule.ts';

const flag = 'linux,cma-default';

/** A region that wants to be the default pool and is no CMA area. */
export const cmaDefaultIgnored: BootRule = {
  id: 'cma-default-ignored',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'linux,cma-default counts on a reusable shared-dma-pool only. On any other region it has no effect, and the default area is that of cma= or the configuration.',
  find({ system, tree }) {
    const kept = ['reserved', 'coherent', 'restricted'];
    return system.environment.regions
      .filter(({ node, state, reason }) => node.has(flag) && kept.includes(state) && reason === undefined)
      .map((region) => ({
        subject: region.nodePath,
        message: `${flag} of ${region.nodePath} has no effect: ${whyNot(region)}`,
        position: tree.positionOf(region.node, flag),
        cures: () => cures(region),
      }));
  },
};

function whyNot({ node, state, reusable }: ReservedRegion): string {
  if (!isCompatible(node, 'shared-dma-pool')) return 'it is no shared-dma-pool';
  return reusable ? `no CMA area is made of it (${state})` : 'it is not reusable';
}

function cures({ node, nodePath, reusable, noMap }: ReservedRegion): readonly Cure[] {
  const isPool = isCompatible(node, 'shared-dma-pool');
  const reuse: Cure = {
    says: `make ${nodePath} reusable`,
    changes: [setProperty(nodePath, 'reusable', '')],
    costs: [nodePath],
  };
  const drop: Cure = {
    says: `take ${flag} away from ${nodePath}`,
    changes: [deleteProperty(nodePath, flag)],
  };
  return isPool && !reusable && !noMap ? [reuse, drop] : [drop];
}
