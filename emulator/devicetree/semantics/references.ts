import type { DeviceTree, DtNode } from '../tree.ts';

/** One entry of a list of phandles with arguments, such as `iommus`. */
export interface Reference {
  readonly phandle: number;
  /** The node that is meant; undefined where no node has that phandle. */
  readonly node: DtNode | undefined;
  readonly args: readonly number[];
}

/** The nodes of a tree by phandle, for many look-ups; it does not follow later edits. */
export function phandleIndex(tree: DeviceTree): ReadonlyMap<number, DtNode> {
  const index = new Map<number, DtNode>();
  for (const node of tree.root.walk()) {
    const phandle = (node.property('phandle') ?? node.property('linux,phandle'))?.cell;
    if (phandle !== undefined && !index.has(phandle)) index.set(phandle, node);
  }
  return index;
}

/**
 * Reads a list of phandles, each with as many arguments as `cellsName` of its target says, none without one. A phandle
 * of 0 is an empty entry. The list ends where a target is missing, since its arguments cannot be counted, and where
 * arguments are cut off. Plays of_parse_phandle_with_args() of drivers/of/base.c.
 */
export function referencesOf(
  index: ReadonlyMap<number, DtNode>,
  node: DtNode,
  property: string,
  cellsName?: string,
): readonly Reference[] {
  const cells = node.property(property)?.cells ?? [];
  const found: Reference[] = [];
  for (let at = 0; at < cells.length; ) {
    const phandle = cells[at++] ?? 0;
    const target = phandle === 0 ? undefined : index.get(phandle);
    const count = cellsName === undefined || phandle === 0 ? 0 : target?.property(cellsName)?.cell;
    if (count === undefined || at + count > cells.length) {
      found.push({ phandle, node: target, args: [] });
      break;
    }
    found.push({ phandle, node: target, args: cells.slice(at, at + count) });
    at += count;
  }
  return found;
}

/** A region that a device names in `memory-region`. */
export interface NamedRegion {
  readonly index: number;
  /** Its entry of `memory-region-names`. */
  readonly name: string | undefined;
  readonly phandle: number;
  readonly node: DtNode | undefined;
}

/** The regions that a device names, in its order. */
export function memoryRegionsOf(index: ReadonlyMap<number, DtNode>, node: DtNode): readonly NamedRegion[] {
  const names = node.property('memory-region-names')?.strings ?? [];
  return referencesOf(index, node, 'memory-region').map((reference, at) => ({
    ...{ index: at, name: names[at] },
    ...{ phandle: reference.phandle, node: reference.node },
  }));
}

/** The IOMMU entries of a device; none means that it sees physical addresses and needs contiguous memory. */
export function iommusOf(index: ReadonlyMap<number, DtNode>, node: DtNode): readonly Reference[] {
  return referencesOf(index, node, 'iommus', '#iommu-cells');
}
