import type { DtNode } from '../../../devicetree/tree.ts';
import type { CoherentPool } from '../../kernel/dma/coherent/device-pool.ts';
import type { GenPool } from '../../lib/genalloc.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { DmaWindow } from '../of/device.ts';

/** What does not change in a device. */
export interface DeviceFacts {
  /** dev_name(): `f4100000.ade`. */
  readonly name: string;
  readonly node: DtNode;
  readonly driverName: string;
  /** The last address that the device's own address lines and registers can hold. */
  readonly coherentMask: bigint;
  /** bus_dma_limit; 0 where the buses let everything through. */
  readonly busLimit: bigint;
  /** Empty where every address is the same on the device's bus. */
  readonly windows: readonly DmaWindow[];
  readonly isCoherent: boolean;
  /** Whether an IOMMU translates what the device addresses. */
  readonly isTranslated: boolean;
}

/** A run of physically contiguous pages. */
export interface PageRun {
  readonly pfn: number;
  readonly pageCount: number;
}

/** A device that has met its driver. Plays struct device, as far as its DMA goes. */
export class Device {
  readonly facts: DeviceFacts;
  /** cma_area: its own area; undefined where the default one serves. */
  area: CmaArea | undefined = undefined;
  /** dma_mem: its own coherent pool. */
  pool: CoherentPool | undefined = undefined;
  /** dma_io_tlb_mem: a restricted pool, which all its memory comes from. */
  restricted: GenPool | undefined = undefined;
  /** The regions that were assigned, by node name. */
  readonly assigned: string[] = [];

  constructor(facts: DeviceFacts) {
    this.facts = facts;
  }

  get name(): string {
    return this.facts.name;
  }

  get node(): DtNode {
    return this.facts.node;
  }

  /** dev_driver_string() and dev_name(), as lines of the log begin. */
  get logPrefix(): string {
    return `${this.facts.driverName} ${this.name}: `;
  }

  /** The last bus address that it can use: the smaller of its own mask and what the buses let through. */
  get lastBusAddress(): bigint {
    const { coherentMask, busLimit } = this.facts;
    return busLimit !== 0n && busLimit < coherentMask ? busLimit : coherentMask;
  }

  /** phys_to_dma(): where the device sees memory; undefined where no window of its buses shows it. */
  busAddressOf(physical: bigint): bigint | undefined {
    const { windows } = this.facts;
    if (windows.length === 0) return physical;
    const window = windows.find(({ cpu, sizeBytes }) => cpu <= physical && physical < cpu + sizeBytes);
    return window === undefined ? undefined : physical - window.cpu + window.bus;
  }

  /** dma_to_phys() of the last address that it can use. */
  get lastPhysicalAddress(): bigint {
    const last = this.lastBusAddress;
    const { windows } = this.facts;
    if (windows.length === 0) return last;
    const window = windows.find(({ bus, sizeBytes }) => bus <= last && last < bus + sizeBytes);
    if (window !== undefined) return last - window.bus + window.cpu;
    return windows.reduce((end, { cpu, bus, sizeBytes }) => {
      const top = cpu + sizeBytes - 1n;
      return bus <= last && top > end ? top : end;
    }, 0n);
  }

  /** dma_coherent_ok() and dma_capable(): whether a physical range can be addressed as a whole. */
  reaches(physical: bigint, sizeBytes: bigint): boolean {
    const first = this.busAddressOf(physical);
    return first !== undefined && first + sizeBytes - 1n <= this.lastBusAddress;
  }
}
