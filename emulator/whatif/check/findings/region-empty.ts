import { wantedState } from '../../explain/wish.ts';
import { lostRegions } from '../lost-regions.ts';
import type { BootRule } from '../rule.ts';

/** A pool of size 0; other empty nodes are placeholders that boot loaders fill in. */
export const regionEmpty: BootRule = {
  id: 'region-empty',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'The size of a pool is 0, so that nothing is reserved. In one cell, 4 GiB and its multiples read as 0 as well: larger sizes need #size-cells = <2> at the root and at /reserved-memory.',
  find: ({ system, tree }) =>
    lostRegions(system)
      .filter(({ cause, region }) => cause === 'empty' && wantedState(region.node) !== 'reserved')
      .map(({ region: { node, nodePath } }) => ({
        subject: nodePath,
        message: `${nodePath} has size 0: nothing is reserved for it`,
        position: tree.positionOf(node, node.has('reg') ? 'reg' : 'size'),
      })),
};
