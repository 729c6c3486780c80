import type { DecisionRecord } from '../../base/decisions.ts';
import type { Handoff } from '../../machine/handoff.ts';
import type { PhysicalMemory } from '../../machine/physical-memory.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { DriverCore } from '../drivers/base/class.ts';
import type { Devices } from '../drivers/base/dd.ts';
import type { Devtmpfs } from '../drivers/base/devtmpfs.ts';
import type { Faults } from '../drivers/base/faults.ts';
import type { RandomSource } from '../drivers/char/random.ts';
import type { DmaBufs } from '../drivers/dma-buf/dma-buf.ts';
import type { FenceContexts } from '../drivers/dma-buf/dma-fence.ts';
import type { DmaHeaps } from '../drivers/dma-buf/dma-heap.ts';
import type { ReservedRegion } from '../drivers/of/reserved-mem.ts';
import type { CharDevices } from '../fs/char-dev.ts';
import type { BinaryFormats } from '../fs/exec.ts';
import type { FileTable } from '../fs/file.ts';
import type { Mounts } from '../fs/mounts.ts';
import type { KernelConfig } from '../kconfig.ts';
import type { Cgroups } from '../kernel/cgroup/cgroups.ts';
import type { Coherency } from '../kernel/dma/coherency.ts';
import type { Contiguous } from '../kernel/dma/contiguous.ts';
import type { AtomicPool } from '../kernel/dma/pool.ts';
import type { Futexes } from '../kernel/futex.ts';
import type { Modules } from '../kernel/module.ts';
import type { BootParameters } from '../kernel/params.ts';
import type { Printk } from '../kernel/printk.ts';
import type { Power } from '../kernel/reboot.ts';
import type { TaskTable } from '../kernel/task.ts';
import type { Clock } from '../kernel/time.ts';
import type { Timers } from '../kernel/timers.ts';
import type { CmaAreas } from '../mm/cma.ts';
import type { PageCache } from '../mm/filemap.ts';
import type { Frames } from '../mm/frames.ts';
import type { Memblock } from '../mm/memblock.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import type { UnixInFlight } from '../net/unix-in-flight.ts';
import type { ReliedRelease } from '../releases/relied-on.ts';
import type { Platform } from './platform.ts';

/** What exists from the kernel's first instruction on. */
export interface BootEnvironment {
  readonly release: ReliedRelease;
  readonly config: KernelConfig;
  readonly arch: Architecture;
  /** A physical address as messages show it: %pa. */
  readonly physicalAddress: (address: bigint | number) => string;
  readonly pageSizeBytes: number;
  readonly handoff: Handoff;
  readonly parameters: BootParameters;
  readonly memory: PhysicalMemory;
  readonly clock: Clock;
  readonly log: Printk;
  readonly decisions: DecisionRecord;
  /** Which areas become heaps: `release`, or the name of an export policy. */
  readonly exportPolicy: string;
  /** Proposals that are in no release and are tried all the same: `dmem-cma`. */
  readonly proposals: ReadonlySet<string>;
  readonly seed: number;
  /** What stands around the kernel beside its tree. */
  readonly platform: Platform;
  /** Memory for drivers that may not sleep; filled while the areas come up. */
  readonly atomicPools: AtomicPool[];
}

/** A kernel whose memory is up: the boot before the drivers. */
export interface EarlyKernel extends BootEnvironment {
  readonly memblock: Memblock;
  readonly regions: readonly ReservedRegion[];
  readonly cma: CmaAreas;
  readonly contiguous: Contiguous;
  readonly pages: PageAllocator;
}

/** What had come about when a boot ended in a panic; `regions` are as far as it got. */
export interface DeadKernel extends BootEnvironment {
  readonly memblock: Memblock;
  readonly regions: readonly ReservedRegion[];
}

/**
 * A running kernel: its subsystems and nothing else. `init/main.ts` builds it in the boot's order;
 * each subsystem keeps its own state and gets the others it needs handed in.
 */
export interface Kernel extends EarlyKernel {
  readonly frames: Frames;
  /** What others keep in memory. */
  readonly pageCache: PageCache;
  readonly files: FileTable;
  readonly socketsInFlight: UnixInFlight;
  readonly mounts: Mounts;
  readonly timers: Timers;
  readonly futexes: Futexes;
  readonly random: RandomSource;
  readonly binaryFormats: BinaryFormats;
  /** Devices that have met their drivers. */
  readonly devices: Devices;
  readonly coherency: Coherency;
  /** Failures that somebody asked for. */
  readonly faults: Faults;
  readonly charDevices: CharDevices;
  readonly drivers: DriverCore;
  readonly devtmpfs: Devtmpfs;
  readonly fences: FenceContexts;
  readonly dmaBufs: DmaBufs;
  readonly dmaHeaps: DmaHeaps;
  readonly tasks: TaskTable;
  readonly power: Power;
  readonly modules: Modules;
  readonly cgroups: Cgroups;
}
