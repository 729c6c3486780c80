import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import { EditedPositions } from '../positions/edited.ts';
import type { DeviceTree, DtNode } from '../tree.ts';
import { copyTree, removeNode } from '../tree-edit.ts';
import { addRegion } from './region.ts';
import { setValue } from './value.ts';

/** One what-if edit of a tree, as a person writes it. */
export type TreeEdit =
  /** `NODE:PROP=VALUE`; without `=` the property is empty. */
  | { readonly kind: 'set'; readonly text: string }
  /** `NODE` or `NODE:PROP` */
  | { readonly kind: 'delete'; readonly text: string }
  /** `name,size=64M,reusable,default` and the like */
  | { readonly kind: 'add-region'; readonly text: string };

/** Applies edits in their order to a copy of a tree. An edit that cannot be made is an InputError that names it. */
export function applyEdits(tree: DeviceTree, edits: readonly TreeEdit[]): DeviceTree {
  if (edits.length === 0) return tree;
  const edited = new Set<string>();
  const positions = tree.positions && new EditedPositions(tree.positions, edited);
  const copy = copyTree(tree, positions);
  for (const edit of edits) {
    const before = new Set(reservedPaths(copy));
    const problem = apply(copy, edit, edited);
    if (problem !== undefined)
      throw inputError('edit-refused', { option: `--${edit.kind}`, text: edit.text, problem });
    for (const path of reservedPaths(copy)) if (!before.has(path)) edited.add(path);
  }
  return copy;
}

/** The regions, which are the only nodes that an edit adds. */
function reservedPaths(tree: DeviceTree): readonly string[] {
  return tree.node('/reserved-memory')?.children.map(({ path }) => path) ?? [];
}

function apply(tree: DeviceTree, edit: TreeEdit, edited: Set<string>): string | undefined {
  switch (edit.kind) {
    case 'set':
      return applySet(tree, edit.text, edited);
    case 'delete':
      return applyDelete(tree, edit.text);
    case 'add-region':
      return addRegion(tree, edit.text);
  }
}

const setForm = /^(\/[^:=]*):([^:=]+)(?:=([\s\S]*))?$/;

function applySet(tree: DeviceTree, text: string, edited: Set<string>): string | undefined {
  const match = setForm.exec(text);
  const path = match?.[1];
  const property = match?.[2];
  if (match === null || path === undefined || property === undefined) {
    return 'expected NODE:PROP=VALUE, as in /reserved-memory/linux,cma:size=64M';
  }
  const node = tree.node(path);
  if (node === undefined) return missing(tree, path);
  edited.add(`${node.path}:${property.trim()}`);
  return setValue(node, property.trim(), match[3] ?? '');
}

function applyDelete(tree: DeviceTree, text: string): string | undefined {
  const match = /^(\/[^:]*)(?::([^:]+))?$/.exec(text);
  const path = match?.[1];
  if (path === undefined) return 'expected NODE or NODE:PROP, as in /reserved-memory/linux,cma';
  const node = tree.node(path);
  if (node === undefined) return missing(tree, path);
  const property = match?.[2];
  if (property === undefined) {
    if (node.parent === undefined) return 'the root cannot be deleted';
    removeNode(node);
    return undefined;
  }
  if (node.properties.delete(property)) return undefined;
  return withNear(`${node.path} has no property ${property}`, property, [...node.properties.keys()]);
}

/** Says which node is missing, and which of its would-be siblings were perhaps meant. */
function missing(tree: DeviceTree, path: string): string {
  const above = path.slice(0, path.lastIndexOf('/')) || '/';
  const parent: DtNode | undefined = tree.node(above);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (parent === undefined) return missing(tree, above);
  const siblings = parent.children.map((child) => child.name);
  return withNear(`the tree has no node ${path}`, name, siblings);
}

function withNear(problem: string, name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  return near.length === 0 ? problem : `${problem}; did you mean ${near.join(' or ')}?`;
}
