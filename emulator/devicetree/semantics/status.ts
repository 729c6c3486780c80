import type { DtNode } from '../tree.ts';

/**
 * The node that keeps a device from existing: itself or the nearest one above whose status is neither absent nor `okay`
 * nor `ok`. Undefined where nothing does. The kernel makes no devices below a disabled one.
 */
export function disabledBy(node: DtNode): DtNode | undefined {
  for (let at: DtNode | undefined = node; at !== undefined; at = at.parent) {
    if (!at.available) return at;
  }
  return undefined;
}
