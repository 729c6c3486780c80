import type { ReleaseCause } from '../../linux/fs/file.ts';

/** Who a process is. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** The system calls of a process that workloads use; every failure is thrown with code, errno and syscall. */
export interface ProgramProcess {
  readonly pid: number;
  open(path: string, flags: number): number;
  close(fd: number): void;
  dup(fd: number): number;
  mmap(request: {
    readonly fd: number;
    readonly length: bigint;
    readonly prot: number;
    readonly flags: number;
    readonly offset: bigint;
  }): bigint;
  munmap(address: bigint, length: bigint): void;
  dmaHeapAlloc(heapFd: number, length: bigint, fdFlags: number): number;
  dmaBufSync(fd: number, flags: bigint): void;
  readMemory(address: bigint, length: number): Uint8Array;
  writeMemory(address: bigint, bytes: Uint8Array): void;
  exit(code: number): void;
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
  released(buffer: BufferSeen, cause: ReleaseCause): void;
}

/** A running system as far as workloads need it; they change it by system calls alone. */
export interface WorkloadHost {
  readonly pageSizeBytes: number;
  spawn(identity: Identity, name: string): ProgramProcess;
  heaps(): readonly HeapState[];
  areas(): readonly AreaState[];
  liveBuffers(): readonly BufferSeen[];
  /** Why the heaps are as they are: sentences from the record of decisions. */
  explainHeaps(): readonly string[];
  /** Follows the buffers' lives until the returned function is called. */
  follow(listener: BufferListener): () => void;
}
