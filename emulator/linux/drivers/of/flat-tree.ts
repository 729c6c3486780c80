import type { DeviceTree, DtNode, DtProperty } from '../../../devicetree/tree.ts';

/** A list of (address, size) pairs, as `reg` and `alloc-ranges` hold them. */
export interface CellRange {
  readonly base: bigint;
  readonly size: bigint;
}

/** of_read_number(): the low 64 bits of `count` big-endian cells; 0 for none. */
function readNumber(property: DtProperty, index: number, count: number): bigint {
  return BigInt.asUintN(64, property.number(index, count) ?? 0n);
}

/**
 * The tree as the early kernel reads it: with the root's cell counts for everything, whatever node it looks at.
 * Plays the readers of drivers/of/fdt.c.
 */
export class FlatTree {
  readonly tree: DeviceTree;
  /** dt_root_addr_cells; 1 where the root states none. */
  readonly addressCells: number;
  /** dt_root_size_cells; 1 where the root states none. */
  readonly sizeCells: number;

  constructor(tree: DeviceTree) {
    this.tree = tree;
    this.addressCells = tree.root.addressCells ?? 1;
    this.sizeCells = tree.root.sizeCells ?? 1;
  }

  /** Bytes of one (address, size) pair. */
  get pairBytes(): number {
    return (this.addressCells + this.sizeCells) * 4;
  }

  /** The whole pairs of a property. */
  pairs(property: DtProperty): readonly CellRange[] {
    const { addressCells, sizeCells } = this;
    const cells = addressCells + sizeCells;
    const count = cells === 0 ? 0 : Math.floor(property.cells.length / cells);
    return Array.from({ length: count }, (_, index) => ({
      base: readNumber(property, index * cells, addressCells),
      size: readNumber(property, index * cells + addressCells, sizeCells),
    }));
  }

  /** A property of exactly one size; undefined where its length is another. */
  size(property: DtProperty): bigint | undefined {
    return property.bytes.length === this.sizeCells * 4 ? readNumber(property, 0, this.sizeCells) : undefined;
  }

  /** A property of exactly one address; undefined where its length is another. */
  address(property: DtProperty): bigint | undefined {
    return property.bytes.length === this.addressCells * 4
      ? readNumber(property, 0, this.addressCells)
      : undefined;
  }
}

/** of_flat_dt_is_compatible(): any string of the list, whatever its case. */
export function isCompatible(node: DtNode, compatible: string): boolean {
  const wanted = compatible.toLowerCase();
  return node.compatible.some((name) => name.toLowerCase() === wanted);
}
