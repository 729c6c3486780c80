import type { Attempt } from '../../base/decisions.ts';
import type { SourcePosition } from '../../base/position.ts';
import { hex } from '../../base/units.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import { allocCoherent } from '../../linux/kernel/dma/mapping.ts';
import { errnoName } from '../../linux/uapi/errno.ts';
import type { DmaWidth } from '../consumers/device-rows.ts';
import { dmaMasters, widthOf } from '../consumers/devices.ts';
import type { System } from '../system.ts';

/** What a device gets of the kernel: its region, its reach, and where its memory comes from. */
export interface DeviceAnswer {
  readonly node: string;
  /** As the kernel names the device: `f4100000.ade`. */
  readonly name: string | undefined;
  readonly position: SourcePosition | undefined;
  /** The regions that its `memory-region` names. */
  readonly memoryRegions: readonly string[];
  /** The errno with which its driver's probe fails over them; undefined where it does not. */
  readonly errno: string | undefined;
  /** What became of `memory-region`, as a sentence. */
  readonly says: string;
  /** Regions that were assigned. */
  readonly assigned: readonly string[];
  readonly isTranslated: boolean;
  /** How many address bits its driver asks for; undefined where the board states a driver. */
  readonly width: DmaWidth | undefined;
  /** The last physical address that it reaches. */
  readonly lastAddress: string | undefined;
  /** Where coherent memory of the size asked for comes from; `nothing` where there is none. */
  readonly source: string | undefined;
  readonly tried: readonly Attempt[];
}

/** How a device asks for memory here. */
export interface DeviceQuestion {
  readonly sizeBytes: bigint;
  /** Paths of nodes; all devices that do DMA where there are none. */
  readonly nodes: readonly string[];
}

/** The devices of a board, each probed in turn; memory that one of them got is given back before the next one asks. */
export function askDevices(system: System, { sizeBytes, nodes }: DeviceQuestion): readonly DeviceAnswer[] {
  const kernel = system.running;
  const masters = dmaMasters(kernel.handoff.tree).filter(({ enabled }) => enabled);
  const paths = nodes.length > 0 ? nodes : masters.map(({ node }) => node);
  return paths.map((path) => askDevice(kernel, path, sizeBytes));
}

function askDevice(kernel: Kernel, path: string, sizeBytes: bigint): DeviceAnswer {
  const { tree } = kernel.handoff;
  const node = tree.node(path);
  const cells = node?.property('memory-region')?.cells ?? [];
  const plan = kernel.platform.drivers.find((one) => one.node === path);
  const width = node === undefined || plan !== undefined ? undefined : widthOf(node);
  const device =
    node === undefined
      ? undefined
      : kernel.devices.probe(kernel, node, { dmaBits: plan?.dmaBits ?? width?.bits });
  const found = typeof device === 'object' ? device : undefined;
  const memory = found === undefined ? undefined : allocCoherent(kernel, found, { sizeBytes });
  if (memory?.source !== undefined) memory.free();
  return {
    node: path,
    name: found?.name,
    position: node === undefined ? undefined : tree.positionOf(node, 'memory-region'),
    memoryRegions: cells.flatMap((phandle) => tree.byPhandle(phandle)?.path ?? []),
    errno: typeof device === 'number' ? errnoName(device) : undefined,
    says:
      kernel.decisions.about(path).findLast(({ rule }) => rule === 'device/region')?.outcome ??
      'its status keeps drivers away',
    assigned: found?.assigned ?? [],
    isTranslated: found?.facts.isTranslated ?? false,
    width,
    lastAddress: found === undefined ? undefined : hex(found.lastPhysicalAddress),
    source: memory === undefined ? undefined : (memory.source ?? 'nothing'),
    tried: memory?.tried ?? [],
  };
}
