import type { DeviceTree, DtNode } from '../devicetree/tree.ts';
import { isCompatible } from '../linux/drivers/of/flat-tree.ts';

/** The node that makes the default area of a tree: of several that ask for it, the last; undefined where none does. */
export function defaultPoolNode(tree: DeviceTree): DtNode | undefined {
  return (tree.node('/reserved-memory')?.children ?? []).findLast(
    (node) =>
      isCompatible(node, 'shared-dma-pool') &&
      node.has('reusable') &&
      !node.has('no-map') &&
      node.available &&
      node.has('linux,cma-default'),
  );
}
