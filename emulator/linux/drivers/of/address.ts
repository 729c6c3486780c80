import type { DtNode } from '../../../devicetree/tree.ts';

const anyAddress = 0xffff_ffff_ffff_ffffn;

/** A window of `dma-ranges`: bus addresses of the node, addresses of its parent's bus, and how many. */
interface DmaWindow {
  readonly bus: bigint;
  readonly parent: bigint;
  readonly size: bigint;
}

function dmaWindows(node: DtNode): readonly DmaWindow[] {
  const property = node.property('dma-ranges');
  if (property === undefined || property.bytes.length === 0) return [];
  const own = node.addressCells ?? 1;
  const above = node.parent?.addressCells ?? 1;
  const sizes = node.sizeCells ?? 1;
  const cells = own + above + sizes;
  const count = Math.floor(property.cells.length / cells);
  return Array.from({ length: count }, (_, index) => ({
    bus: property.number(index * cells, own) ?? 0n,
    parent: property.number(index * cells + own, above) ?? 0n,
    size: property.number(index * cells + own + above, sizes) ?? 0n,
  }));
}

/** of_translate_dma_address(): an address of a node's bus as the processor sees it. */
function toCpu(address: bigint, bus: DtNode | undefined): bigint {
  if (bus?.parent === undefined) return address;
  const windows = dmaWindows(bus);
  const window = windows.find(({ bus: start, size }) => start <= address && address < start + size);
  return toCpu(window === undefined ? address : address - window.bus + window.parent, bus.parent);
}

/**
 * of_dma_get_max_cpu_address(): the highest address that every bus master below a node reaches, by the `dma-ranges`
 * of the buses. Plays drivers/of/address.c.
 */
export function highestDmaAddress(node: DtNode): bigint {
  const windows = dmaWindows(node);
  let highest = anyAddress;
  if (windows.length > 0) {
    let end = 0n;
    for (const window of windows) {
      const cpu = toCpu(window.parent, node.parent);
      if (cpu + window.size > end) end = cpu + window.size - 1n;
    }
    if (end < highest) highest = end;
  }
  for (const child of node.children) {
    if (!child.available) continue;
    const below = highestDmaAddress(child);
    if (below < highest) highest = below;
  }
  return highest;
}

/** fls64() of an address: how many bits it has. */
export function addressBits(address: bigint): number {
  return address === 0n ? 0 : address.toString(2).length;
}
