import type { DtNode } from '../tree.ts';
import { translate, windowsOf } from './translate.ts';

const everywhere = 0xffff_ffff_ffff_ffffn;

/**
 * The highest address of memory that every bus master below a node reaches, by the `dma-ranges` of the buses; a disabled
 * bus has none. Plays of_dma_get_max_cpu_address() of drivers/of/address.c: a window that no bus above lets through
 * counts as one at the very end of the address space, and wraps around.
 */
export function highestDmaAddress(node: DtNode): bigint {
  let highest = everywhere;
  const windows = windowsOf(node, 'dma-ranges') ?? [];
  if (windows.length > 0) {
    let last = 0n;
    for (const { above, sizeBytes } of windows) {
      const start = node.parent === undefined ? above : translate(above, node.parent, 'dma-ranges').address;
      const end = BigInt.asUintN(64, (start ?? everywhere) + sizeBytes);
      if (end > last) last = end - 1n;
    }
    if (last < highest) highest = last;
  }
  for (const child of node.children) {
    if (!child.available) continue;
    const below = highestDmaAddress(child);
    if (below < highest) highest = below;
  }
  return highest;
}
