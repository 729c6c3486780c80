import { deleteProperty } from '../../explain/change.ts';
import type { BootRule } from '../rule.ts';

const flag = 'linux,cma-default';

/** Several pools want to be the default one: which wins is a matter of the release. */
export const cmaDefaultTwice: BootRule = {
  id: 'cma-default-twice',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'Several nodes have linux,cma-default. The one that is set up last wins: up to 6.10 in the order of addresses, later those without a fixed place first. All others are areas that only their own devices use.',
  find({ system: { kernel, environment }, tree }) {
    const winner = kernel?.contiguous.defaultArea?.nodePath;
    const wanting = environment.regions.filter(({ node, state }) => state === 'cma' && node.has(flag));
    if (winner === undefined || wanting.length < 2) return [];
    return wanting
      .filter(({ nodePath }) => nodePath !== winner)
      .map(({ node, nodePath }) => ({
        subject: nodePath,
        message: `${nodePath} and ${winner} both want to be the default area; on ${environment.release.name} ${winner} is`,
        position: tree.positionOf(node, flag),
        cures: () => [
          { says: `take ${flag} away from ${nodePath}`, changes: [deleteProperty(nodePath, flag)] },
        ],
      }));
  },
};
