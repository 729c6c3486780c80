import type { SourcePosition } from '../../base/position.ts';
import { hex } from '../../base/units.ts';
import { type DeviceTree, DtNode, DtProperty } from '../../devicetree/tree.ts';
import { dmaReachOf, iommusOfDevice } from '../../linux/drivers/of/device.ts';
import type { BoardDevice } from '../../machine/board.ts';
import { memoryBanks } from '../../machine/memory-nodes.ts';
import { type DeviceKind, kindOf, wantsWholeBuffers } from './device-kinds.ts';

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
  /** The first address beyond its reach, where that is below the end of RAM. */
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

/** Every DMA master of a tree that matters to buffers, and those that a board has beside its tree. */
export function dmaMasters(tree: DeviceTree, downstream: readonly BoardDevice[] = []): readonly DmaMaster[] {
  const found = new Map<string, DmaMaster>();
  for (const node of tree.root.walk()) {
    if (node.path.startsWith('/reserved-memory')) continue;
    const isPart = [...found.keys()].some((path) => node.path.startsWith(`${path}/`));
    const master = isPart ? undefined : masterOf(tree, node);
    if (master !== undefined) found.set(node.path, master);
  }
  return [
    ...found.values(),
    ...downstream.filter(({ node }) => !found.has(node)).map((device) => fromBoard(tree, device)),
  ];
}

function masterOf(tree: DeviceTree, node: DtNode): DmaMaster | undefined {
  const kind = kindOf(node);
  const iommus = iommusOfDevice(tree, node).map(({ path }) => path);
  const regions = regionsOf(tree, node);
  if (kind === undefined && iommus.length === 0 && regions.length === 0) return undefined;
  if (kind === undefined && node.compatible.length === 0) return undefined;
  if (!isOnMemoryBus(node) || node.compatible.includes(exporter)) return undefined;
  const named = kind ?? 'other';
  return {
    node: node.path,
    name: node.baseName,
    compatible: node.compatible[0] ?? '',
    kind: named,
    enabled: isEnabled(node),
    iommus,
    ...needsOf(named, iommus),
    below: reachBelow(tree, node),
    regions,
    described: true,
    position: tree.positionOf(node),
  };
}

/** What sits behind I2C, SPI or the like is reached by another device, and has no DMA of its own. */
function isOnMemoryBus(node: DtNode): boolean {
  const bus = node.parent;
  return bus === undefined || bus.parent === undefined || bus.has('ranges') || bus.has('dma-ranges');
}

function isEnabled(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at !== undefined; at = at.parent) if (!at.available) return false;
  return true;
}

function needsOf(kind: DeviceKind, iommus: readonly string[]): Pick<DmaMaster, 'needs' | 'because'> {
  const [first] = iommus;
  if (first !== undefined) return { needs: 'scattered', because: `it is behind the IOMMU ${first}` };
  if (kind === 'gpu') return { needs: 'scattered', because: 'a GPU has an MMU of its own' };
  if (wantsWholeBuffers(kind)) return { needs: 'contiguous', because: 'it has no IOMMU' };
  return { needs: 'scattered', because: 'its driver hands it memory piece by piece' };
}

/** The regions behind every entry of `memory-region`, also of its parts (firmware loaders). */
export function regionsOf(tree: DeviceTree, node: DtNode): readonly string[] {
  const parts = node.children.filter((child) => child.compatible.length === 0);
  const cells = [node, ...parts].flatMap((one) => one.property('memory-region')?.cells ?? []);
  return [...new Set(cells)].flatMap((phandle) => tree.byPhandle(phandle)?.path ?? []);
}

/** The end of a device's windows, where it is below the end of RAM. */
function reachBelow(tree: DeviceTree, node: DtNode): string | undefined {
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
  return {
    node,
    name,
    compatible,
    kind: kindOfText(node, compatible),
    enabled: true,
    iommus: [],
    needs,
    because: needs === 'contiguous' ? 'no IOMMU is used for it' : 'it is behind an IOMMU',
    // A child of that bus would reach as far as this one.
    below: bus === undefined || bus.parent === undefined ? undefined : reachOfBus(tree, bus),
    regions: [],
    described: false,
    source,
  };
}

function reachOfBus(tree: DeviceTree, bus: DtNode): string | undefined {
  const child = bus.children[0];
  return child === undefined ? undefined : reachBelow(tree, child);
}

function kindOfText(path: string, compatible: string): DeviceKind {
  const baseName = path.slice(path.lastIndexOf('/') + 1).replace(/@.*/, '');
  return kindOf(asNode(baseName, compatible)) ?? 'other';
}

function asNode(baseName: string, compatible: string): Parameters<typeof kindOf>[0] {
  const node = new DtNode(baseName);
  node.properties.set(
    'compatible',
    new DtProperty('compatible', new TextEncoder().encode(`${compatible}\0`)),
  );
  return node;
}
