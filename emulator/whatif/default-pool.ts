import type { DeviceTree, DtNode } from '../devicetree/tree.ts';
import { isCompatible } from '../linux/drivers/of/flat-tree.ts';

/** Whether a region becomes a CMA area, if the kernel can place it. */
export function isAreaNode(node: DtNode): boolean {
  const isPool = isCompatible(node, 'shared-dma-pool') && node.has('reusable') && !node.has('no-map');
  return isPool && node.available;
}

/** The node that makes the default area of a tree: of several that ask for it, the last; undefined where none does. */
export function defaultPoolNode(tree: DeviceTree): DtNode | undefined {
  return (tree.node('/reserved-memory')?.children ?? []).findLast(
    (node) => isAreaNode(node) && node.has('linux,cma-default'),
  );
}
