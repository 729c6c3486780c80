import type { ReleaseCause } from '../../linux/fs/file.ts';
import type { ProgramImage } from '../../linux/kernel/task.ts';
import type { Process } from '../process.ts';

/** Who a process is. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
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
}

/** A running system as far as workloads need it; they change it by system calls alone. */
export interface WorkloadHost {
  readonly pageSizeBytes: number;
  spawn(identity: Identity, name: string): Process;
  heaps(): readonly HeapState[];
  areas(): readonly AreaState[];
  liveBuffers(): readonly BufferSeen[];
  /** Why the heaps are as they are: sentences from the record of decisions. */
  explainHeaps(): readonly string[];
  /** Lets virtual time pass until something happens to processes that all wait; false where nothing would. */
  passTime(waiting: readonly Process[]): boolean;
  /** Puts a program at a path of the emulated file system, for execve(). */
  install(path: string, image: ProgramImage): void;
  /** Follows the buffers' lives until the returned function is called. */
  follow(listener: BufferListener): () => void;
}
