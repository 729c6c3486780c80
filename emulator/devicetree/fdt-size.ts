import { alignToCell, headerSize17 } from './fdt-format.ts';
import type { DeviceTree, DtNode } from './tree.ts';

const cellBytes = 4;
const reservationBytes = 16;

/** How long writeFdt() makes a tree, without writing it. */
export function fdtSize(tree: DeviceTree): number {
  const names = new Set<string>();
  const structure = nodeSize(tree.root, names) + cellBytes;
  return headerSize17 + reservationBytes * (tree.reservations.length + 1) + structure + stringsSize(names);
}

function nodeSize(node: DtNode, names: Set<string>): number {
  let bytes = 2 * cellBytes + alignToCell(node.name.length + 1);
  for (const property of node.properties.values()) {
    names.add(property.name);
    bytes += 3 * cellBytes + alignToCell(property.bytes.length);
  }
  for (const child of node.children) bytes += nodeSize(child, names);
  return bytes;
}

/** A name that is the end of an earlier one shares its bytes. */
function stringsSize(names: Iterable<string>): number {
  let strings = '';
  for (const name of names) {
    const entry = `${name}\0`;
    if (!strings.includes(entry)) strings += entry;
  }
  return strings.length;
}
