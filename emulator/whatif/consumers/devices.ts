import type { SourcePosition } from '../../base/position.ts';
import { hex } from '../../base/units.ts';
import { isEnabled } from '../../devicetree/semantics/status.ts';
import { type DeviceTree, DtNode, DtProperty } from '../../devicetree/tree.ts';
import { dmaReachOf, iommusOfDevice, isPciHost } from '../../linux/drivers/of/device.ts';
import type { BoardDevice } from '../../machine/board.ts';
import { memoryBanks } from '../../machine/memory-nodes.ts';
import { type DeviceKind, deviceRowOf, isWithoutDma, wantsWholeBuffers } from './device-kinds.ts';
import { type DmaWidth, pciWidth, usualWidth } from './device-rows.ts';

/** A device that reads or writes memory by itself. */
export interface DmaMaster {
  readonly node: string;
  readonly name: string;
  readonly compatible: string;
  readonly kind: DeviceKind;
  /** Whether its status lets a driver find it. */
  readonly enabled: boolean;
  /** Paths of the IOMMUs before it. */
  readonly iommus: readonly string[];
  /** Whether its buffers must be physically contiguous. */
  readonly needs: 'contiguous' | 'scattered';
  /** Why, as half a sentence. */
  readonly because: string;
  /** How many address bits its driver asks for. */
  readonly width: DmaWidth;
  /** The first address beyond its reach, where that is below the end of RAM and no IOMMU leads elsewhere. */
  readonly below?: string | undefined;
  /** Paths of the regions behind its `memory-region`. */
  readonly regions: readonly string[];
  /** False for what only vendors' trees describe. */
  readonly described: boolean;
  readonly source?: string | undefined;
  readonly position?: SourcePosition | undefined;
}

/** Nodes that only export a region. */
const exporter = 'dmabuf-heap-cma';

/** Kinds whose outer node may be a wrapper that only clocks and resets the device inside. */
const wrapped: ReadonlySet<DeviceKind> = new Set(['usb', 'storage']);

/** Every DMA master of a tree, and those that a board has beside its tree. */
export function dmaMasters(tree: DeviceTree, downstream: readonly BoardDevice[] = []): readonly DmaMaster[] {
  const found = new Map<string, DmaMaster>();
  const visit = (node: DtNode, outer: DmaMaster | undefined): void => {
    if (node.path === '/reserved-memory') return;
    const isPart = outer !== undefined && !(outer.kind === 'pci' && statesMemory(node));
    const master = isPart ? undefined : masterOf(tree, node);
    if (master !== undefined) found.set(master.node, master);
    for (const child of node.children) visit(child, master ?? outer);
  };
  visit(tree.root, undefined);
  return [
    ...found.values(),
    ...downstream.filter(({ node }) => !found.has(node)).map((device) => fromBoard(tree, device)),
  ];
}

function masterOf(tree: DeviceTree, node: DtNode): DmaMaster | undefined {
  if (!isOnMemoryBus(node) || node.compatible.includes(exporter) || isWithoutDma(node)) return undefined;
  const told = toldBy(node);
  const iommus = iommusOfDevice(tree, asSeenByMemory(tree, node)).map(({ path }) => path);
  const regions = regionsOf(tree, node);
  if (told === undefined && iommus.length === 0 && regions.length === 0) return undefined;
  if (told === undefined && node.compatible.length === 0) return undefined;
  const kind = told?.kind ?? 'other';
  return {
    node: node.path,
    name: node.baseName,
    compatible: node.compatible[0] ?? '',
    kind,
    enabled: isEnabled(node),
    iommus,
    ...needsOf(kind, iommus, deviceRowOf(node) !== undefined),
    width: widthOf(node),
    // With an IOMMU the windows limit the addresses that it hands out, not where the memory lies.
    below: iommus.length > 0 ? undefined : reachBelow(tree, node),
    regions,
    described: true,
    position: tree.positionOf(node),
  };
}

/** What its names tell of a node that does DMA itself. One that states an IOMMU or a region is told by that as well. */
function toldBy(node: DtNode): { readonly kind: DeviceKind } | undefined {
  if (isPciHost(node)) return { kind: 'pci' };
  const row = deviceRowOf(node);
  if (row === undefined && statesCoherence(node)) return { kind: 'other' };
  if (row === undefined || statesMemory(node)) return row;
  if (!node.has('reg') || (row.leavesToController === true && node.has('dmas'))) return undefined;
  return isWrapper(node, row.kind) ? undefined : row;
}

/** Renesas' image processors reach memory through another device, and name it. */
function asSeenByMemory(tree: DeviceTree, node: DtNode): DtNode {
  const port = node.property('renesas,fcp')?.cell;
  return (port === undefined ? undefined : tree.byPhandle(port)) ?? node;
}

/** How many address bits the driver of a node's device asks for. */
export function widthOf(node: DtNode): DmaWidth {
  return isPciHost(node) ? pciWidth : (deviceRowOf(node)?.width ?? usualWidth);
}

function isWrapper(node: DtNode, kind: DeviceKind): boolean {
  return (
    wrapped.has(kind) &&
    node.children.some(
      (child) => child.has('reg') && isOnMemoryBus(child) && deviceRowOf(child)?.kind === kind,
    )
  );
}

function statesMemory(node: DtNode): boolean {
  return node.has('iommus') || node.has('memory-region');
}

/** Whether a device's accesses to memory are coherent is a question only where it has any; a bus says it for others. */
function statesCoherence(node: DtNode): boolean {
  return (node.has('dma-coherent') || node.has('dma-noncoherent')) && !node.has('ranges');
}

/** What sits behind I2C, SPI or the like is reached by another device, and has no DMA of its own. */
function isOnMemoryBus(node: DtNode): boolean {
  const bus = node.parent;
  return bus === undefined || bus.parent === undefined || bus.has('ranges') || bus.has('dma-ranges');
}

function needsOf(
  kind: DeviceKind,
  iommus: readonly string[],
  isKnown: boolean,
): Pick<DmaMaster, 'needs' | 'because'> {
  const [first] = iommus;
  if (first !== undefined) return { needs: 'scattered', because: `it is behind the IOMMU ${first}` };
  if (kind === 'pci')
    return { needs: 'scattered', because: 'drivers of what is plugged in hand it memory piece by piece' };
  if (kind === 'dma')
    return { needs: 'scattered', because: 'it moves what drivers of other devices hand it' };
  if (kind === 'audio') return { needs: 'scattered', because: 'its driver allocates its small rings itself' };
  if (kind === 'gpu') return { needs: 'scattered', because: 'a GPU has an MMU of its own' };
  if (wantsWholeBuffers(kind)) return { needs: 'contiguous', because: 'it has no IOMMU' };
  if (kind === 'other' && !isKnown)
    return { needs: 'scattered', because: 'its names do not tell that it needs more' };
  return { needs: 'scattered', because: 'its driver hands it memory piece by piece' };
}

/** The regions behind every entry of `memory-region`, also of its parts (firmware loaders). */
export function regionsOf(tree: DeviceTree, node: DtNode): readonly string[] {
  const parts = node.children.filter((child) => child.compatible.length === 0);
  const cells = [node, ...parts].flatMap((one) => one.property('memory-region')?.cells ?? []);
  return [...new Set(cells)].flatMap((phandle) => tree.byPhandle(phandle)?.path ?? []);
}

/** The end of a device's windows, where it is below the end of RAM. */
function reachBelow(tree: DeviceTree, node: Parameters<typeof dmaReachOf>[0]): string | undefined {
  const { windows } = dmaReachOf(node);
  if (windows.length === 0) return undefined;
  const largest = (one: bigint, other: bigint) => (one > other ? one : other);
  const end = windows.map(({ cpu, sizeBytes }) => cpu + sizeBytes).reduce(largest);
  const ram = memoryBanks(tree)
    .map(({ baseBytes, sizeBytes }) => baseBytes + sizeBytes)
    .reduce(largest, 0n);
  return end < ram ? hex(end) : undefined;
}

function fromBoard(tree: DeviceTree, device: BoardDevice): DmaMaster {
  const { name, node, compatible, needs, source } = device;
  const bus = tree.node(node.slice(0, node.lastIndexOf('/')));
  const row = deviceRowOf(asNode(node.slice(node.lastIndexOf('/') + 1), compatible));
  return {
    node,
    name,
    compatible,
    kind: row?.kind ?? 'other',
    enabled: true,
    iommus: [],
    needs,
    because: needs === 'contiguous' ? 'no IOMMU is used for it' : 'it is behind an IOMMU',
    width: row?.width ?? usualWidth,
    below: bus === undefined || bus.parent === undefined ? undefined : reachBelow(tree, { parent: bus }),
    regions: [],
    described: false,
    source,
  };
}

function asNode(name: string, compatible: string): DtNode {
  const node = new DtNode(name);
  node.properties.set(
    'compatible',
    new DtProperty('compatible', new TextEncoder().encode(`${compatible}\0`)),
  );
  return node;
}
