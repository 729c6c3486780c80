import type { ReleaseCause } from '../../linux/fs/file.ts';
import type { ProgramImage } from '../../linux/kernel/task.ts';
import type { CgroupFacts } from '../container/cgroup.ts';
import type { ContainerFacts } from '../container/facts.ts';
import type { Fault } from '../faults/fault.ts';
import type { FaultInjector } from '../faults/injector.ts';
import type { Process } from '../process.ts';

/** Who a process is. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /** The container that it runs in, where it does. */
  readonly container?: ContainerFacts | undefined;
  /** The cgroup that an administrator put it into. */
  readonly cgroup?: CgroupFacts | undefined;
}

/** A heap as the board has it. */
export interface HeapState {
  readonly name: string;
  /** `system`, `cma`, `tee` or `other`. */
  readonly kind: string;
  /** The CMA area behind it. */
  readonly area: string | undefined;
  /** Of its node, as `0600`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

/** A CMA area at one moment. */
export interface AreaState {
  readonly name: string;
  readonly isDefault: boolean;
  readonly active: boolean;
  readonly pageCount: number;
  readonly usedPages: number;
  /** Length of the longest run of free pages. */
  largestFreePages(): number;
  /** Pages that others have borrowed and that cannot move. */
  pinnedPages(): number;
  /** As `largestFreePages`, between those that cannot move. */
  largestUsablePages(): number;
}

/** A buffer that is or was live. */
export interface BufferSeen {
  /** One number per buffer of a system. */
  readonly id: number;
  readonly heap: string;
  readonly sizeBytes: number;
  readonly creatorPid: number;
}

/** What somebody who follows the buffers' lives is told. */
export interface BufferListener {
  exported(buffer: BufferSeen): void;
  /** `lastPid` is the process that dropped the last reference, where one did. */
  released(buffer: BufferSeen, cause: ReleaseCause, lastPid: number | undefined): void;
  found?(finding: FindingSeen): void;
}

/** Why a driver's call failed: a negative errno, and what it means. */
export interface DeviceRefusal {
  readonly refused: number;
  readonly why: readonly string[];
}

/** Memory that a driver allocated for its device. */
export interface DeviceMemoryHeld {
  readonly sizeBytes: bigint;
  free(): void;
}

/** A buffer that a device has attached and mapped. */
export interface AttachmentHeld {
  detach(): void;
}

/** How a driver sets its device up; what is left out is as usual. */
export interface DriverSetUp {
  readonly driver: string | undefined;
  /** Which entry of `memory-region`, by number or by name. */
  readonly region: number | string | undefined;
  readonly dmaBits: number | undefined;
}

/** A device that has met its driver. */
export interface DeviceSeen {
  readonly name: string;
  /** dma_alloc_coherent() */
  allocate(
    sizeBytes: bigint,
    how: { readonly atomic: boolean; readonly forceContiguous: boolean },
  ): DeviceMemoryHeld | DeviceRefusal;
  /** Attaches and maps the buffer behind a descriptor of a process; `contiguous` where the device takes one run only. */
  attach(process: Process, fd: number, how: { readonly contiguous: boolean }): AttachmentHeld | DeviceRefusal;
  /** Moves bytes by DMA. */
  write(process: Process, fd: number, offset: number, bytes: Uint8Array): void;
  read(process: Process, fd: number, offset: number, lengthBytes: number): Uint8Array;
}

/** What others keep in memory; what is left out stays as it is. */
export interface Pressure {
  readonly pageCacheBytes: bigint | undefined;
  readonly anonymousBytes: bigint | undefined;
  /** Of their pages in CMA areas. */
  readonly pinned: { readonly bytes: bigint } | { readonly percent: number } | undefined;
}

/** Something that a program does wrong though no call fails. */
export interface FindingSeen {
  readonly id: string;
  readonly text: string;
}

/** A running system as far as workloads need it; they change it by system calls and by what drivers do. */
export interface WorkloadHost {
  readonly pageSizeBytes: number;
  spawn(identity: Identity, name: string): Process;
  heaps(): readonly HeapState[];
  areas(): readonly AreaState[];
  liveBuffers(): readonly BufferSeen[];
  /** Why the heaps are as they are: sentences from the record of decisions. */
  explainHeaps(): readonly string[];
  /** Lets others take memory, as when the system has run for a while. */
  press(pressure: Pressure): void;
  /** The device of a node, probed by its driver where it was not yet; undefined where the tree has no such node. */
  device(path: string, setUp: DriverSetUp): DeviceSeen | DeviceRefusal | undefined;
  /** Makes things go wrong for processes that are started from now on. */
  injectFaults(faults: readonly Fault[]): FaultInjector;
  /** Lets virtual time pass until something happens to processes that all wait; false where nothing would. */
  passTime(waiting: readonly Process[]): boolean;
  /** Puts a program at a path of the emulated file system, for execve(). */
  install(path: string, image: ProgramImage): void;
  /** Follows the buffers' lives until the returned function is called. */
  follow(listener: BufferListener): () => void;
}
