import type { DeviceTree, DtNode } from '../devicetree/tree.ts';

const headerBytes = 40;
const reservationBytes = 16;
const tokenBytes = 4;

/** How long the tree's blob is: header, reservations, structure and strings, each name held once. */
export function flattenedSize(tree: DeviceTree): number {
  const names = new Set<string>();
  const structure = nodeBytes(tree.root, names) + tokenBytes;
  let strings = 0;
  for (const name of names) strings += name.length + 1;
  return headerBytes + reservationBytes * (tree.reservations.length + 1) + structure + strings;
}

function nodeBytes(node: DtNode, names: Set<string>): number {
  let bytes = 2 * tokenBytes + padded(node.name.length + 1);
  for (const property of node.properties.values()) {
    names.add(property.name);
    bytes += 3 * tokenBytes + padded(property.bytes.length);
  }
  for (const child of node.children) bytes += nodeBytes(child, names);
  return bytes;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
