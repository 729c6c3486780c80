import type { DtNode } from '../../../devicetree/tree.ts';
import { deleteProperty } from '../../explain/change.ts';
import type { TreeRule } from '../rule.ts';

/** A status that was meant to enable, and disables. */
export const statusTrap: TreeRule = {
  id: 'status-trap',
  looksAt: 'tree',
  severity: 'warning',
  explanation:
    'Only "okay" and "ok", in small letters and without blanks, enable a node; whatever else stands there disables it without a word. For a region or RAM that means memory that is not reserved, or not there.',
  find: ({ tree }) =>
    [...tree.root.walk()].flatMap((node) => {
      const status = node.property('status')?.string;
      if (status === undefined || !isTrap(status)) return [];
      const matters = isMemory(node);
      return [
        {
          subject: node.path,
          message: `the status "${status}" disables ${node.path}; only "okay" and "ok" enable a node`,
          position: tree.positionOf(node, 'status'),
          ...(matters ? { severity: 'error' as const } : {}),
          cures: () => [
            { says: `take away the status of ${node.path}`, changes: [deleteProperty(node.path, 'status')] },
          ],
        },
      ];
    }),
};

/** What disables and does not look as though that was meant. */
function isTrap(status: string): boolean {
  if (status === 'okay' || status === 'ok') return false;
  return !/^(dis|res|fail|off|no)/i.test(status);
}

function isMemory(node: DtNode): boolean {
  return node.path.startsWith('/reserved-memory/') || node.property('device_type')?.string === 'memory';
}
