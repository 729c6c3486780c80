import type { DtNode } from '../tree.ts';

/** Whether a device can exist: neither it nor a node above it is disabled. The kernel makes no devices below one. */
export function isEnabled(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at !== undefined; at = at.parent) if (!at.available) return false;
  return true;
}
