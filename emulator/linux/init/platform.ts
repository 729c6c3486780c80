import type { DriverPlan, TeeFacts } from '../../machine/board-drivers.ts';
import type { PressureFacts } from '../../machine/pressure-facts.ts';
import type { HeapDriver } from '../drivers/dma-buf/heaps/heap-driver.ts';

export type { DriverPlan, ProtectedUse, TeeFacts } from '../../machine/board-drivers.ts';
/** A device whose driver makes a heap of a region when it probes. */
export interface RegionExport {
  /** Path of its node. */
  readonly device: string;
  /** The region's path, or its name under /reserved-memory; the device's own `memory-region` where it is absent. */
  readonly region?: string | undefined;
}

/** Whether devices see what the processor's caches hold: all of them, those whose tree says so, or none. */
export type CoherencyMode = 'full' | 'tree' | 'none';

/** What stands around a kernel beside its tree: drivers, firmware services, plug-ins. */
export interface Platform {
  readonly drivers: readonly DriverPlan[];
  readonly tee: TeeFacts | undefined;
  /** Heaps that are plugged in, in the order of their set-up. */
  readonly heapDrivers: readonly HeapDriver[];
  readonly coherency: CoherencyMode;
  /** What others keep in memory by the time the first process runs. */
  readonly pressure?: PressureFacts | undefined;
  /** Regions that drivers export on purpose. */
  readonly exports: readonly RegionExport[];
}

/** Nothing beside the tree. */
export const plainPlatform: Platform = {
  drivers: [],
  tee: undefined,
  heapDrivers: [],
  coherency: 'full',
  exports: [],
};
