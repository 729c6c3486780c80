import type { DtNode } from '../../../devicetree/tree.ts';
import type { BootEnvironment } from '../../init/kernel.ts';

const alignment = 8;

function align(bytes: number): number {
  return (bytes + alignment - 1) & ~(alignment - 1);
}

/**
 * The memory that unflatten_dt_nodes() needs for a tree: structures for nodes and properties, full names, and the
 * `name` property that every node without one is given. Plays drivers/of/fdt.c.
 */
export function unflattenedBytes(boot: BootEnvironment): number {
  const { deviceNodeBytes, propertyBytes } = boot.release.behaviours;
  const withFlags = boot.config.enabled('OF_DYNAMIC') ? 8 : 0;
  const property = propertyBytes + withFlags;
  let bytes = 0;
  const add = (node: DtNode): void => {
    bytes = align(bytes) + deviceNodeBytes + node.name.length + 1;
    const properties = node.properties.size - (isSeedHolder(node) ? 1 : 0);
    if (properties > 0) bytes = align(bytes) + property * properties;
    if (!node.has('name')) bytes = align(bytes) + property + node.baseName.length + 1;
    for (const child of node.children) add(child);
  };
  add(boot.handoff.tree.root);
  return (bytes + 3) & ~3;
}

/** The early kernel takes the random seed and wipes its property from the tree. */
function isSeedHolder(node: DtNode): boolean {
  return node.has('rng-seed') && node.path === '/chosen';
}
