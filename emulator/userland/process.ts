import type { Kernel } from '../linux/init/kernel.ts';
import type { Credentials } from '../linux/kernel/cred.ts';
import type { Task } from '../linux/kernel/task.ts';
import { type SystemCallEntry, spawn, systemCall } from '../linux/syscalls.ts';
import { DMA_BUF_IOCTL_SYNC, DMA_BUF_SET_NAME } from '../linux/uapi/dma-buf.ts';
import {
  allocatedFd,
  allocationDataSizeBytes,
  DMA_HEAP_IOCTL_ALLOC,
  fillAllocationData,
} from '../linux/uapi/dma-heap.ts';
import type { Register } from '../linux/uapi/registers.ts';
import { signals } from '../linux/uapi/signal.ts';
import { decodeExitStatus, type ExitStatus, WNOHANG } from '../linux/uapi/wait.ts';
import { FileCaller } from './file-caller.ts';

/** What mmap() takes, in the names of the manual page. */
export interface MmapRequest {
  readonly address?: Register;
  readonly length: Register;
  readonly prot: number;
  readonly flags: number;
  readonly fd?: number;
  readonly offset?: Register;
}

/**
 * A process as C code sees it: library calls that make system calls, and throw `SyscallError` where these
 * fail. Arguments that are structs or strings are put into the process's own memory first.
 */
export class Process extends FileCaller {
  /** The struct of dmaHeapAlloc(), used again and again. */
  readonly #allocation = new Uint8Array(allocationDataSizeBytes);

  constructor(kernel: Kernel, task: Task, enter: SystemCallEntry = systemCall) {
    super(kernel, task, enter);
  }

  mmap(request: MmapRequest): bigint {
    const { address = 0, length, prot, flags, fd = -1, offset = 0 } = request;
    return BigInt(this.call('mmap', address, length, prot, flags, fd, offset));
  }

  munmap(address: Register, length: Register): void {
    this.call('munmap', address, length);
  }

  mprotect(address: Register, length: Register, prot: number): void {
    this.call('mprotect', address, length, prot);
  }

  readMemory(address: Register, length: number): Uint8Array {
    return this.memory.read(address, length);
  }

  writeMemory(address: Register, bytes: Uint8Array): void {
    this.memory.write(address, bytes);
  }

  /** DMA_HEAP_IOCTL_ALLOC on an open heap: the buffer's descriptor. */
  dmaHeapAlloc(heapFd: number, length: Register, fdFlags: number, heapFlags: Register = 0): number {
    const argument = this.#allocation;
    fillAllocationData(argument, length, fdFlags, heapFlags);
    this.ioctl(heapFd, DMA_HEAP_IOCTL_ALLOC, argument);
    return allocatedFd(argument);
  }

  /** DMA_BUF_IOCTL_SYNC */
  dmaBufSync(fd: number, flags: Register): void {
    const argument = new Uint8Array(8);
    new DataView(argument.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(flags)), true);
    this.ioctl(fd, DMA_BUF_IOCTL_SYNC, argument);
  }

  /** DMA_BUF_SET_NAME */
  dmaBufSetName(fd: number, name: string): void {
    this.withPath(name, (address) => this.call('ioctl', fd, DMA_BUF_SET_NAME, address));
  }

  /** fork(): the child, ready to be told what to do next. It ends when somebody calls its `exit`. */
  fork(): Process {
    const pid = this.call('clone', signals.SIGCHLD);
    const child = this.kernel.tasks.byPid(pid);
    if (child === undefined) throw new Error(`process ${pid} is not there`);
    return new Process(this.kernel, child, this.enter);
  }

  /** wait4(): which child ended and how, or undefined with WNOHANG where none did. */
  wait(pid = -1, options = 0): { readonly pid: number; readonly status: ExitStatus } | undefined {
    return this.withBytes(new Uint8Array(4), (address) => {
      const ended = this.call('wait4', pid, address, options);
      if (ended === 0 && (options & WNOHANG) !== 0) return undefined;
      const word = new DataView(this.memory.read(address, 4).buffer).getInt32(0, true);
      return { pid: ended, status: decodeExitStatus(word) };
    });
  }

  kill(pid: number, signal: number): void {
    this.call('kill', pid, signal);
  }

  setuid(uid: number): void {
    this.call('setuid', uid);
  }

  setgid(gid: number): void {
    this.call('setgid', gid);
  }

  umask(mask: number): number {
    return this.call('umask', mask);
  }

  /** exit_group(): the process ends; its descriptors and mappings go with it. */
  exit(code = 0): void {
    this.call('exit_group', code);
  }
}

/** Starts a process on a kernel: root, unless other credentials are given. */
export function spawnProcess(
  kernel: Kernel,
  credentials: Partial<Credentials> = {},
  command = 'program',
  enter: SystemCallEntry = systemCall,
): Process {
  return new Process(kernel, spawn(kernel, credentials, command), enter);
}
