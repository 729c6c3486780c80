import type { ChangeKind } from '../failure.ts';
import { moveRegion } from './region-base.ts';

/** Obstacles beyond this many are not tried: each takes dozens of boots. */
const most = 6;

/** Another region with a stated place lies in the way: move that one. */
export const neighbour: ChangeKind = {
  name: 'neighbour',
  propose(failure) {
    const { system, node, obstacles } = failure;
    const owners = [...new Set(obstacles.map(({ owner }) => owner))].filter((owner) => owner !== node?.path);
    const nodes = owners.flatMap((owner) => {
      const region = system.environment.regions.find(({ nodePath }) => nodePath === owner);
      return region?.node.has('reg') === true ? [region.node] : [];
    });
    return nodes.slice(0, most).flatMap((other) => moveRegion(failure, other));
  },
};
