import { paddedAddress } from '../../../../base/units.ts';
import type { DtNode } from '../../../../devicetree/tree.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { CoherentPool } from '../../../kernel/dma/coherent/device-pool.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import type { Device } from '../../base/device.ts';
import type { ReservedRegion } from '../reserved-mem.ts';

/**
 * Devices and the regions that they name in `memory-region`. Plays drivers/of/of_reserved_mem.c,
 * of_reserved_mem_device_init_by_idx() and _by_name(), with the handlers' device hooks: rmem_cma_device_init() and
 * rmem_dma_device_init(); for restricted pools rmem_swiotlb_device_init() of kernel/dma/swiotlb.c.
 */

/** How an assignment ended: 0 with or without a region, or -errno; and why, for people. */
export interface Assignment {
  readonly result: Errno;
  readonly region: ReservedRegion | undefined;
  readonly why: string;
}

/** Which entry of `memory-region`: its number, or its name in `memory-region-names`. */
export type RegionChoice = number | string;

/** of_reserved_mem_device_init_by_idx() */
export function assignRegion(kernel: Kernel, device: Device, choice: RegionChoice = 0): Assignment {
  const outcome = assign(kernel, device, choice);
  kernel.decisions.note({
    subject: device.node.path,
    rule: 'device/region',
    position: () => kernel.handoff.tree.positionOf(device.node, 'memory-region'),
    outcome: outcome.why,
    evidence: 'read',
  });
  return outcome;
}

function assign(kernel: Kernel, device: Device, choice: RegionChoice): Assignment {
  const refuse = (code: number, why: string, region?: ReservedRegion): Assignment => ({
    result: -code,
    region,
    why,
  });
  const target = regionNode(kernel, device.node, choice);
  if (target === undefined) return refuse(errno.ENODEV, whyNone(device.node, choice));
  if (!target.available) {
    const why = `${target.path} is not available (its status): the device goes on without a region of its own`;
    return { result: 0, region: undefined, why };
  }
  const region = findRegion(kernel, target);
  if (region === undefined) {
    return refuse(
      errno.EINVAL,
      `${target.path} is no region that the kernel knows: it is not below /reserved-memory`,
    );
  }
  const problem = unusable(region);
  if (problem !== undefined) return refuse(errno.EINVAL, problem, region);
  const shortage = kernel.faults.at('reserved-memory/assignment');
  if (shortage < 0) return refuse(-shortage, 'there is no memory for the record of the assignment', region);
  const refusal = initDevice(kernel, device, region);
  if (refusal !== undefined) return refuse(refusal.errno, refusal.why, region);
  device.assigned.push(region.name);
  kernel.log.info(`${device.logPrefix}assigned reserved memory node ${region.name}`);
  return { result: 0, region, why: `assigned ${region.nodePath}` };
}

/** of_parse_phandle(): the node that an entry points at. */
function regionNode({ handoff }: Kernel, node: DtNode, choice: RegionChoice): DtNode | undefined {
  const names = node.property('memory-region-names')?.strings ?? [];
  const index = typeof choice === 'number' ? choice : names.indexOf(choice);
  const phandle = node.property('memory-region')?.cells[index];
  return phandle === undefined || phandle === 0 ? undefined : handoff.tree.byPhandle(phandle);
}

function whyNone(node: DtNode, choice: RegionChoice): string {
  if (!node.has('memory-region')) {
    return 'it has no memory-region: it uses the default area, as drivers take ENODEV for "none given"';
  }
  const entry = typeof choice === 'number' ? `entry ${choice}` : `an entry called "${choice}"`;
  return `its memory-region has not ${entry}, or no node with that phandle exists`;
}

/** __find_rmem(): by phandle, or by the node's name alone on releases that look for that. */
function findRegion({ regions, release }: Kernel, target: DtNode): ReservedRegion | undefined {
  const known = regions.filter(({ state }) => state !== 'disabled' && state !== 'skipped');
  if (release.behaviours.regionLookup === 'phandle') return known.find(({ node }) => node === target);
  return known.find(({ name }) => name === target.name);
}

/** Why a region has no hook for devices; undefined where it has one. */
function unusable(region: ReservedRegion): string | undefined {
  const { state, nodePath } = region;
  if (state === 'cma' || state === 'coherent' || state === 'restricted') return undefined;
  if (state === 'reserved') {
    const kind = region.noMap ? 'a no-map region' : 'a plain region';
    const compatible = region.compatible.length === 0 ? 'no compatible' : region.compatible.join(', ');
    return `${nodePath} is ${kind} (${compatible}): no driver of the kernel hands its memory to devices (one that maps the region itself, as firmware loaders do, does not ask); compatible = "shared-dma-pool" makes it a pool`;
  }
  return `${nodePath} has no memory to give (${state}${region.reason === undefined ? '' : `: ${region.reason}`})`;
}

interface Refusal {
  readonly errno: number;
  readonly why: string;
}

function initDevice(kernel: Kernel, device: Device, region: ReservedRegion): Refusal | undefined {
  if (region.state === 'coherent') return initCoherent(kernel, device, region);
  if (region.state === 'restricted') device.restricted = kernel.devices.restrictedPool(kernel, region);
  if (region.state === 'cma')
    device.area = kernel.cma.all.find(({ nodePath }) => nodePath === region.nodePath);
  return undefined;
}

/** rmem_dma_device_init(): the pool is mapped for the first device that names it. */
function initCoherent(kernel: Kernel, device: Device, region: ReservedRegion): Refusal | undefined {
  const { coherentPoolBusy, coherentPoolReach } = kernel.release.behaviours;
  const pool = kernel.devices.poolOf(region) ?? mapPool(kernel, region);
  if (!(pool instanceof CoherentPool)) return pool;
  const end = (region.baseBytes ?? 0n) + region.sizeBytes - 1n;
  if (coherentPoolReach === 'warned' && end > device.lastBusAddress) {
    kernel.log.warn(`${device.logPrefix}reserved memory is beyond device's set DMA address range`);
  }
  if (device.pool === undefined) device.pool = pool;
  else if (coherentPoolBusy === 'EBUSY') {
    return { errno: errno.EBUSY, why: `the device already has the coherent pool ${device.pool.name}` };
  }
  return undefined;
}

/** dma_init_coherent_memory(): memory that is in the linear map cannot be mapped a second time, uncached. */
function mapPool(kernel: Kernel, region: ReservedRegion): CoherentPool | Refusal {
  const { log, release, pageSizeBytes } = kernel;
  const { baseBytes = 0n, sizeBytes, nodePath } = region;
  if (!region.noMap && kernel.memblock.overlapsMemory(baseBytes, sizeBytes)) {
    log.warn(`memremap attempted on ram ${paddedAddress(baseBytes)} size: 0x${sizeBytes.toString(16)}`);
    if (release.behaviours.coherentPoolMapFailure === 'reported') {
      log.err(
        `Reserved memory: failed to init DMA memory pool at ${paddedAddress(baseBytes)}, size ${sizeBytes >> 20n} MiB`,
      );
    }
    const why = `${nodePath} is a coherent pool without no-map: its memory is in the kernel's linear map, and cannot be mapped uncached as well; add no-map, or reusable to make it a CMA area`;
    return { errno: errno.EINVAL, why };
  }
  const page = BigInt(pageSizeBytes);
  const made = new CoherentPool(region.name, Number(baseBytes / page), Number(sizeBytes / page));
  kernel.devices.addPool(region, made);
  return made;
}
