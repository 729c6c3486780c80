import { inputError } from '../base/input-error.ts';
import { formatRange, type PhysicalRange, rangeEnd } from '../base/range.ts';
import { formatSize, hex, TiB } from '../base/units.ts';
import type { DeviceTree, DtNode, DtProperty } from '../devicetree/tree.ts';
import { addNode, removeNode, setNumbers, setString } from '../devicetree/tree-edit.ts';

/** arm64's physical addresses without the 52-bit extension. */
const addressBits = 48n;
/** More RAM than this costs the host too much to keep account of. */
const largestRamBytes = TiB;

/** A bank of RAM and the node that states it. */
export interface MemoryBank extends PhysicalRange {
  readonly node: DtNode;
}

/** Cells of addresses and sizes under the root; 1 and 1 where the root states none, as in the early kernel. */
export function rootCells(tree: DeviceTree): { readonly address: number; readonly size: number } {
  return { address: tree.root.addressCells ?? 1, size: tree.root.sizeCells ?? 1 };
}

/** The nodes that the kernel takes for RAM: children of the root whose device_type is `memory`. */
export function memoryNodes(tree: DeviceTree): readonly DtNode[] {
  return tree.root.children.filter((node) => node.property('device_type')?.string === 'memory');
}

/** The banks that the kernel will see, in the order of the tree: sizes above 0 of enabled nodes. */
export function memoryBanks(tree: DeviceTree): readonly MemoryBank[] {
  const cells = rootCells(tree);
  return memoryNodes(tree).flatMap((node) => {
    const property = node.property('linux,usable-memory') ?? node.property('reg');
    if (property === undefined || !node.available) return [];
    return readRanges(property, cells.address, cells.size)
      .filter((range) => range.sizeBytes > 0n)
      .map((range) => ({ ...range, node }));
  });
}

/** The ranges of a `reg`-like property; an incomplete last one is left out. */
export function readRanges(
  property: DtProperty,
  addressCells: number,
  sizeCells: number,
): readonly PhysicalRange[] {
  const width = addressCells + sizeCells;
  if (width === 0) return [];
  const count = Math.floor(property.bytes.length / 4 / width);
  return Array.from({ length: count }, (_, index) => ({
    baseBytes: BigInt.asUintN(64, property.number(index * width, addressCells) ?? 0n),
    sizeBytes: BigInt.asUintN(64, property.number(index * width + addressCells, sizeCells) ?? 0n),
  }));
}

/**
 * Writes banks into the tree as a boot loader does: into the first memory node, or a new one; all others go.
 * The tree is edited in place.
 */
export function writeMemory(tree: DeviceTree, banks: readonly PhysicalRange[]): DtNode {
  const cells = rootCells(tree);
  for (const bank of banks) {
    const fits =
      bank.baseBytes >> BigInt(32 * cells.address) === 0n && bank.sizeBytes >> BigInt(32 * cells.size) === 0n;
    if (!fits)
      throw inputError('memory-impossible', {
        problem: `RAM at ${formatRange(bank)}: the tree's #address-cells ${cells.address} and #size-cells ${cells.size} cannot express it`,
      });
  }
  const [first, ...others] = memoryNodes(tree);
  for (const node of others) removeNode(node);
  const node = first ?? addNode(tree.root, `memory@${(banks[0]?.baseBytes ?? 0n).toString(16)}`);
  node.properties.delete('linux,usable-memory');
  node.properties.delete('status');
  setString(node, 'device_type', 'memory');
  setNumbers(
    node,
    'reg',
    banks.flatMap((bank) => [
      { value: bank.baseBytes, cells: cells.address },
      { value: bank.sizeBytes, cells: cells.size },
    ]),
  );
  return node;
}

/** Refuses RAM that no arm64 machine can have, or that is too much to model. */
export function checkBanks(banks: readonly PhysicalRange[]): void {
  for (const bank of banks) {
    if (rangeEnd(bank) > 1n << addressBits)
      throw inputError('memory-impossible', {
        problem: `RAM at ${formatRange(bank)} ends at ${hex(rangeEnd(bank))}, beyond the ${addressBits} bits of arm64's physical addresses`,
      });
  }
  const total = banks.reduce((sum, bank) => sum + bank.sizeBytes, 0n);
  if (total > largestRamBytes)
    throw inputError('memory-impossible', {
      problem: `${formatSize(total)} of RAM are more than the ${formatSize(largestRamBytes)} that can be modelled`,
    });
}
