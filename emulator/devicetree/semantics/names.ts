import type { DeviceTree, DtNode } from '../tree.ts';

/** What `/aliases` says: name to path, in its order. */
export function aliasesOf(tree: DeviceTree): ReadonlyMap<string, string> {
  const properties = tree.node('/aliases')?.properties ?? [];
  return new Map([...properties].map(([name, property]) => [name, property.string]));
}

/**
 * Finds a node by what people write: a path, an alias with or without a path behind it (`serial0`, `soc/uart@0`), or a
 * label (`&uart0`) where the tree keeps its labels. Options behind a colon, as stdout-path has them, are left out.
 * Plays of_find_node_opts_by_path() of drivers/of/base.c, and takes labels on top.
 */
export function findNode(tree: DeviceTree, text: string): DtNode | undefined {
  const [name = ''] = text.split(':');
  if (name.startsWith('/')) return tree.node(name);
  if (name.startsWith('&')) {
    const path = tree.node('/__symbols__')?.property(name.slice(1))?.string;
    return path === undefined ? undefined : tree.node(path);
  }
  const [alias = '', ...below] = name.split('/');
  const path = aliasesOf(tree).get(alias);
  return path === undefined ? undefined : tree.node([path, ...below].join('/'));
}
