import type { HeapDriver } from '../drivers/dma-buf/heaps/heap-driver.ts';

/** A driver that the board has beside the modelled ones, and what it allocates when it probes. */
export interface DriverPlan {
  /** Path of its device's node. */
  readonly node: string;
  /** Its name; taken from the node's compatible where it is absent. */
  readonly name: string | undefined;
  /** Virtual time of its probe, from the kernel's start. */
  readonly atNs: bigint;
  /** What it allocates, in that order, and keeps. */
  readonly allocations: readonly bigint[];
  /** Which entry of `memory-region` it asks for. */
  readonly region: number | string | 'none';
  readonly dmaBits: number | undefined;
}

/** The uses of protected memory that a trusted environment may offer. */
export type ProtectedUse = 'secure-video' | 'trusted-ui' | 'secure-video-record';

/** What the trusted environment offers. */
export interface TeeFacts {
  /** Memory that it owns; undefined where it has none of its own. */
  readonly staticPool: { readonly baseBytes: bigint; readonly sizeBytes: bigint } | undefined;
  /** Size of the pool that it wants lent; undefined where it cannot take any. */
  readonly dynamicBytes: bigint | undefined;
  readonly uses: readonly ProtectedUse[];
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
}

/** Nothing beside the tree. */
export const plainPlatform: Platform = {
  drivers: [],
  tee: undefined,
  heapDrivers: [],
  coherency: 'full',
};
