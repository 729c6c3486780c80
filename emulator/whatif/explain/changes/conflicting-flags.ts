import { deleteProperty } from '../change.ts';
import type { ChangeKind } from '../failure.ts';
import { wantedState } from '../wish.ts';

const conflicts: Readonly<Record<string, readonly string[]>> = {
  cma: ['no-map'],
  restricted: ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'],
};

/** Flags that no driver takes together: take the one away that does not belong to the region's kind. */
export const conflictingFlags: ChangeKind = {
  name: 'conflicting-flags',
  propose({ node }) {
    if (node === undefined) return [];
    const found = (conflicts[wantedState(node)] ?? []).filter((name) => node.has(name));
    return found.map((name) => ({
      says: `take ${name} away from ${node.path}`,
      change: deleteProperty(node.path, name),
    }));
  },
};
