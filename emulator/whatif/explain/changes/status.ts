import { deleteProperty } from '../change.ts';
import type { ChangeKind } from '../failure.ts';

/** A node whose status keeps the kernel from looking at it: take the status away. */
export const status: ChangeKind = {
  name: 'status',
  propose({ node, region }) {
    if (node === undefined || region?.state !== 'disabled') return [];
    return [{ says: `take away the status of ${node.path}`, change: deleteProperty(node.path, 'status') }];
  },
};
