import { inputError } from '../base/input-error.ts';
import { deepestNesting } from './fdt-format.ts';
import type { FileAccess } from './files.ts';
import { DeviceTree, DtNode, DtProperty } from './tree.ts';

/** Whether a folder looks like /proc/device-tree: its root states what every root does. */
export function isProcTree(files: FileAccess, folder: string): boolean {
  const marks = ['#address-cells', '#size-cells', 'compatible', 'model'];
  return marks.some((name) => files.status(`${folder}/${name}`).kind === 'file');
}

/**
 * Reads a folder in the form of /proc/device-tree: a folder for each node, a file for each property. Such a folder
 * knows no order and no memory reservations: nodes and properties come sorted by name.
 */
export function readProcTree(files: FileAccess, folder: string): DeviceTree {
  return new DeviceTree({ root: readNode(files, folder, '', undefined, 1), file: folder });
}

function readNode(
  files: FileAccess,
  folder: string,
  name: string,
  parent: DtNode | undefined,
  depth: number,
): DtNode {
  if (depth > deepestNesting) {
    throw inputError('source-broken', { problem: `${folder}: nodes nest deeper than ${deepestNesting}` });
  }
  const node = new DtNode(name, parent);
  for (const entry of [...files.list(folder)].sort()) {
    const path = `${folder}/${entry}`;
    const { kind } = files.status(path);
    if (kind === 'folder') node.children.push(readNode(files, path, entry, node, depth + 1));
    // The kernel shows each node's name as a property that no blob holds.
    else if (kind === 'file' && entry !== 'name') {
      node.properties.set(entry, new DtProperty(entry, files.read(path)));
    }
  }
  return node;
}
