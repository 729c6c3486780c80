import type { PhysicalRange } from '../../base/range.ts';
import type { DtNode } from '../tree.ts';

/** How many cells addresses and sizes have somewhere. */
export interface Cells {
  readonly address: number;
  readonly size: number;
}

/** The nearest statement from a node upwards; 1 where nobody states one, as the kernel takes it. */
function nearest(node: DtNode | undefined, property: '#address-cells' | '#size-cells'): number {
  for (let at = node; at !== undefined; at = at.parent) {
    const stated = at.property(property)?.cell;
    if (stated !== undefined) return stated;
  }
  return 1;
}

/**
 * The cells that hold for the children of a node. The specification gives each bus its own statement; the kernel looks
 * further up where one is missing (of_bus_n_addr_cells() of drivers/of/base.c).
 */
export function cellsBelow(node: DtNode): Cells {
  return { address: nearest(node, '#address-cells'), size: nearest(node, '#size-cells') };
}

/** The cells of a node's own `reg`: those that its parent, or who is above, states. */
export function cellsOf(node: DtNode): Cells {
  return cellsBelow(node.parent ?? node);
}

/** The entries of a node's `reg` as written, in addresses of its bus; an incomplete last one is left out. */
export function registersOf(node: DtNode): readonly PhysicalRange[] {
  const reg = node.property('reg');
  const { address, size } = cellsOf(node);
  const width = address + size;
  if (reg === undefined || width === 0) return [];
  return Array.from({ length: Math.floor(reg.bytes.length / 4 / width) }, (_, index) => ({
    baseBytes: reg.number(index * width, address) ?? 0n,
    sizeBytes: reg.number(index * width + address, size) ?? 0n,
  }));
}
