import type { DtNode } from '../../../devicetree/tree.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { CoherentPool } from '../../kernel/dma/coherent/device-pool.ts';
import type { CoherentMemory } from '../../kernel/dma/mapping.ts';
import { GenPool } from '../../lib/genalloc.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { isTranslated } from '../iommu/iommu.ts';
import { busIdOf, dmaReachOf, isDmaCoherent } from '../of/device.ts';
import { assignRegion, type RegionChoice } from '../of/reserved-mem/device-init.ts';
import type { ReservedRegion } from '../of/reserved-mem.ts';
import { Device } from './device.ts';

/** How a driver sets a device up. */
export interface ProbeRequest {
  /** The driver's name; the first compatible, less its vendor, where it is absent. */
  readonly driver?: string | undefined;
  /** Which entry of `memory-region` the driver asks for; `none` where it asks for nothing. */
  readonly region?: RegionChoice | 'none' | undefined;
  /** Address bits that the driver says the device has: dma_set_mask_and_coherent(). */
  readonly dmaBits?: number | undefined;
}

/** The default that of_dma_configure() and the platform bus leave: 32 bits. */
const usualDmaBits = 32;

/**
 * The devices that have met their drivers. Plays drivers/base/dd.c, platform.c and drivers/of/platform.c as far as DMA
 * goes.
 * Deviations: which driver there is, and that it probes at all, is said from outside.
 */
export class Devices {
  readonly #devices = new Map<DtNode, Device>();
  readonly #pools = new Map<ReservedRegion, CoherentPool>();
  readonly #restricted = new Map<ReservedRegion, GenPool>();
  readonly #kept = new Set<CoherentMemory>();

  /** The devices that were probed, in that order. */
  get all(): readonly Device[] {
    return [...this.#devices.values()];
  }

  /** The device of a node, where its driver has probed it. */
  of(node: DtNode): Device | undefined {
    return this.#devices.get(node);
  }

  /** The coherent pool of a region, once a device has named it. */
  poolOf(region: ReservedRegion): CoherentPool | undefined {
    return this.#pools.get(region);
  }

  addPool(region: ReservedRegion, pool: CoherentPool): void {
    this.#pools.set(region, pool);
  }

  /** The slots of a restricted pool, shared by all devices that name it; made for the first. */
  restrictedPool({ pageSizeBytes }: Kernel, region: ReservedRegion): GenPool {
    const known = this.#restricted.get(region);
    if (known !== undefined) return known;
    const page = BigInt(pageSizeBytes);
    const made = new GenPool(Number((region.baseBytes ?? 0n) / page), Number(region.sizeBytes / page));
    this.#restricted.set(region, made);
    return made;
  }

  /** What drivers have allocated and not freed, oldest first. */
  get memory(): readonly CoherentMemory[] {
    return [...this.#kept];
  }

  /** Remembers what a driver got, as long as it has it. */
  keep(memory: CoherentMemory): void {
    this.#kept.add(memory);
  }

  /** dma_free_coherent() of memory that was kept. */
  free(memory: CoherentMemory): void {
    if (this.#kept.delete(memory)) memory.free();
  }

  /** Coherent pools that are mapped. */
  get pools(): readonly CoherentPool[] {
    return [...this.#pools.values()];
  }

  /**
   * really_probe(): the device with its region, or -errno: ENODEV for a node that is not available, else what the
   * assignment of the region answered. A driver that finds no memory-region goes on without.
   */
  probe(kernel: Kernel, node: DtNode, request: ProbeRequest = {}): Device | Errno {
    const known = this.#devices.get(node);
    if (known !== undefined) return known;
    if (!node.available) return -errno.ENODEV;
    const device = makeDevice(kernel, node, request);
    const { region = 0 } = request;
    if (region !== 'none') {
      const { result } = assignRegion(kernel, device, region);
      if (result < 0 && result !== -errno.ENODEV) return this.#refuse(kernel, device, result);
    }
    this.#devices.set(node, device);
    return device;
  }

  #refuse(kernel: Kernel, device: Device, result: Errno): Errno {
    const { driverName } = device.facts;
    if (kernel.release.behaviours.probeFailure === 'probe-with-driver') {
      kernel.log.err(`${device.logPrefix}probe with driver ${driverName} failed with error ${result}`);
    } else kernel.log.warn(`${driverName}: probe of ${device.name} failed with error ${result}`);
    return result;
  }
}

function makeDevice(kernel: Kernel, node: DtNode, { driver, dmaBits }: ProbeRequest): Device {
  const { windows, busLimit } = dmaReachOf(node);
  const coherence = kernel.coherency.mode;
  return new Device({
    name: busIdOf(node),
    node,
    driverName: driver ?? node.compatible[0]?.split(',').at(-1) ?? node.baseName,
    coherentMask: (1n << BigInt(dmaBits ?? usualDmaBits)) - 1n,
    busLimit,
    windows,
    isCoherent: coherence === 'full' || (coherence === 'tree' && isDmaCoherent(node)),
    isTranslated: isTranslated(kernel, node),
  });
}
