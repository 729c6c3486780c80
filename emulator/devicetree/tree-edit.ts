import { DeviceTree, DtNode, DtProperty } from './tree.ts';

const utf8 = new TextEncoder();

/** A copy whose nodes may be edited; properties are shared, since nobody changes one. */
export function copyTree(tree: DeviceTree, positions = tree.positions): DeviceTree {
  return new DeviceTree({
    root: copyNode(tree.root, undefined),
    reservations: tree.reservations,
    bootCpu: tree.bootCpu,
    file: tree.file,
    positions,
  });
}

function copyNode(node: DtNode, parent: DtNode | undefined): DtNode {
  const copy = new DtNode(node.name, parent);
  for (const [name, property] of node.properties) copy.properties.set(name, property);
  for (const child of node.children) copy.children.push(copyNode(child, copy));
  return copy;
}

/** Adds a node as the last child of another. */
export function addNode(parent: DtNode, name: string): DtNode {
  const node = new DtNode(name, parent);
  parent.children.push(node);
  return node;
}

export function removeNode(node: DtNode): void {
  const siblings = node.parent?.children;
  const index = siblings?.indexOf(node) ?? -1;
  if (index >= 0) siblings?.splice(index, 1);
}

export function setString(node: DtNode, name: string, value: string): void {
  node.properties.set(name, new DtProperty(name, utf8.encode(`${value}\0`)));
}

/** Sets a property to numbers, each as many cells wide as is said beside it. */
export function setNumbers(
  node: DtNode,
  name: string,
  numbers: readonly { readonly value: bigint; readonly cells: number }[],
): void {
  const bytes = new Uint8Array(4 * numbers.reduce((sum, { cells }) => sum + cells, 0));
  let end = 0;
  for (const { value, cells } of numbers) {
    end += 4 * cells;
    let rest = value;
    for (let at = end - 1; at >= end - 4 * cells; at--) {
      bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }
  node.properties.set(name, new DtProperty(name, bytes));
}
