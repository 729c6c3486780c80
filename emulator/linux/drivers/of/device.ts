import { translate, windowsOf } from '../../../devicetree/semantics/translate.ts';
import { type DeviceTree, DtNode } from '../../../devicetree/tree.ts';

/**
 * What a device's node says about its DMA. Plays drivers/of/device.c, of_dma_configure_id(), with of_dma_get_range() and
 * of_dma_is_coherent() of drivers/of/address.c, and of_device_make_bus_id() of drivers/of/platform.c.
 */

/** A part of memory that a device reaches: where the processor sees it, and where the device does. */
export interface DmaWindow {
  readonly cpu: bigint;
  readonly bus: bigint;
  readonly sizeBytes: bigint;
}

/** What the tree says about a device's reach. */
export interface DmaReach {
  /** Empty where every address is the same on the device's bus. */
  readonly windows: readonly DmaWindow[];
  /** bus_dma_limit: the last address that the buses let through; 0 where they let everything through. */
  readonly busLimit: bigint;
}

/** Whether a node is a PCI host bridge; what it says about DMA holds for the devices behind it. */
export function isPciHost(node: DtNode): boolean {
  return node.property('device_type')?.string === 'pci';
}

/**
 * of_dma_get_range(): the windows of the nearest bus above a node that states some, in the processor's addresses. A PCI
 * host is itself the bus, as pci_dma_configure() has it.
 */
export function dmaReachOf(node: DtNode | { readonly parent: DtNode }): DmaReach {
  const nearest = node instanceof DtNode && isPciHost(node) ? node : node.parent;
  for (let bus = nearest; bus !== undefined; bus = bus.parent) {
    const stated = windowsOf(bus, 'dma-ranges');
    if (stated === undefined || stated.length === 0) continue;
    const above = bus.parent;
    const windows = stated.flatMap(({ below, above: parent, sizeBytes }): readonly DmaWindow[] => {
      const at = above === undefined ? { address: parent } : translate(parent, above, 'dma-ranges');
      return at.address === undefined || sizeBytes === 0n ? [] : [{ cpu: at.address, bus: below, sizeBytes }];
    });
    const ends = windows.map(({ bus: start, sizeBytes }) => start + sizeBytes - 1n);
    return { windows, busLimit: ends.toSorted((a, b) => (a < b ? 1 : -1))[0] ?? 0n };
  }
  return { windows: [], busLimit: 0n };
}

/** of_dma_is_coherent(): whether the device sees what the processor's caches hold. */
export function isDmaCoherent(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at !== undefined; at = at.parent) {
    if (at.has('dma-coherent')) return true;
    if (at.has('dma-noncoherent')) return false;
  }
  return false;
}

/**
 * The IOMMUs that a device names, as long as they are there and enabled; of a PCI host, those of its iommu-map, which
 * stand before the devices behind it.
 */
export function iommusOfDevice(tree: DeviceTree, node: DtNode): readonly DtNode[] {
  if (isPciHost(node)) return iommusOfMap(tree, node);
  const cells = node.property('iommus')?.cells ?? [];
  const found: DtNode[] = [];
  for (let at = 0; at < cells.length; ) {
    const target = tree.byPhandle(cells[at] ?? 0);
    const width = target?.property('#iommu-cells')?.cell;
    if (target === undefined || width === undefined) break;
    if (target.available) found.push(target);
    at += 1 + width;
  }
  return found;
}

/** of_map_id() over entries of requester, IOMMU, its input and a length: every IOMMU that some requester has. */
function iommusOfMap(tree: DeviceTree, host: DtNode): readonly DtNode[] {
  const cells = host.property('iommu-map')?.cells ?? [];
  const named = cells.flatMap((phandle, index) => (index % 4 === 1 ? (tree.byPhandle(phandle) ?? []) : []));
  return [...new Set(named)].filter(({ available }) => available);
}

/** of_device_make_bus_id(): `f4100000.ade`, or `soc:thermal` for a node without an address. */
export function busIdOf(node: DtNode): string {
  let id = '';
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const address = firstAddress(at, at.parent);
    if (address !== undefined) {
      const own = `${address.toString(16)}.${at.baseName}`;
      return id === '' ? own : `${own}:${id}`;
    }
    id = id === '' ? at.name : `${at.name}:${id}`;
  }
  return id;
}

function firstAddress(node: DtNode, bus: DtNode): bigint | undefined {
  const base = node.property('reg')?.number(0, bus.addressCells ?? 2);
  return base === undefined ? undefined : translate(base, bus).address;
}
