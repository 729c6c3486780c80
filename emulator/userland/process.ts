import type { Kernel } from '../linux/init/kernel.ts';
import type { Credentials } from '../linux/kernel/cred.ts';
import type { Task } from '../linux/kernel/task.ts';
import {
  openStandardStreams,
  passIdleTime,
  type SystemCallEntry,
  spawn,
  systemCall,
} from '../linux/syscalls.ts';
import { CLOCK_MONOTONIC, decodeTimespec, encodeTimespec } from '../linux/uapi/clock.ts';
import { DMA_BUF_IOCTL_SYNC, DMA_BUF_SET_NAME } from '../linux/uapi/dma-buf.ts';
import {
  allocatedFd,
  allocationDataSizeBytes,
  DMA_HEAP_IOCTL_ALLOC,
  fillAllocationData,
} from '../linux/uapi/dma-heap.ts';
import { FUTEX_WAIT, FUTEX_WAKE } from '../linux/uapi/futex.ts';
import type { Register } from '../linux/uapi/registers.ts';
import { CLONE_FILES, CLONE_FS, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM } from '../linux/uapi/sched.ts';
import { signals } from '../linux/uapi/signal.ts';
import { decodeExitStatus, type ExitStatus, WNOHANG } from '../linux/uapi/wait.ts';
import { ProgramReplaced } from './errors.ts';
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

  /** clone() of a thread: another caller in the same process, which ends by `exitThread`. */
  thread(): Process {
    const tid = this.call('clone', CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD);
    const task = this.kernel.tasks.byPid(tid);
    if (task === undefined) throw new Error(`thread ${tid} is not there`);
    return new Process(this.kernel, task, this.enter);
  }

  /** exit(): the thread ends, and with the last one its process. */
  exitThread(code = 0): void {
    this.call('exit', code);
  }

  /**
   * execve(): the program at a path takes the place of the one that called. Where that worked nothing comes back:
   * `ProgramReplaced` is thrown, which ends the old program and starts the new one.
   */
  execve(path: string, argv: readonly string[] = [path], environment: readonly string[] = []): never {
    const { memory } = this;
    const vectors = [argv, environment].map((strings) => {
      const pointers = strings.map((text) => memory.allocateString(text));
      const vector = memory.allocate((pointers.length + 1) * 8);
      memory.write(vector, new Uint8Array(BigUint64Array.from([...pointers, 0n]).buffer));
      return vector;
    });
    const name = memory.allocateString(path);
    this.callOn('execve', path, name, ...vectors);
    const { executed } = this.task;
    if (executed === undefined) throw new Error(`${path} was executed and is not there`);
    memory.forget();
    throw new ProgramReplaced(executed);
  }

  /** FUTEX_WAIT: waits while the word at `address` is `value`. */
  futexWait(address: Register, value: number): void {
    this.call('futex', address, FUTEX_WAIT, value, 0);
  }

  /** FUTEX_WAKE: how many were woken. */
  futexWake(address: Register, count = 1): number {
    return this.call('futex', address, FUTEX_WAKE, count);
  }

  /** clock_nanosleep(): virtual time passes. */
  sleep(nanoseconds: bigint | number): void {
    this.withBytes(encodeTimespec(BigInt(nanoseconds)), (address) =>
      this.call('clock_nanosleep', CLOCK_MONOTONIC, 0, address, 0),
    );
  }

  /** clock_gettime(CLOCK_MONOTONIC), in nanoseconds. */
  now(): bigint {
    return this.withBytes(new Uint8Array(16), (address) => {
      this.call('clock_gettime', CLOCK_MONOTONIC, address);
      return decodeTimespec(this.memory.read(address, 16)) ?? 0n;
    });
  }

  /** sched_yield() */
  yield(): void {
    this.call('sched_yield');
  }

  /** memfd_create() */
  memfdCreate(name: string, flags = 0): number {
    return this.withPath(name, (address) => this.call('memfd_create', address, flags));
  }

  /** getrandom() */
  getrandom(length: number): Uint8Array {
    return this.withBytes(new Uint8Array(length), (address) =>
      this.memory.read(address, this.call('getrandom', address, length, 0)),
    );
  }

  /** uname() */
  uname(): Record<'sysname' | 'nodename' | 'release' | 'version' | 'machine' | 'domainname', string> {
    return this.withBytes(new Uint8Array(65 * 6), (address) => {
      this.call('uname', address);
      const field = (index: number) => this.memory.readString(address + index * 65);
      return {
        sysname: field(0),
        nodename: field(1),
        release: field(2),
        version: field(3),
        machine: field(4),
        domainname: field(5),
      };
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

  /** Opens descriptors 0, 1 and 2, as a program finds them. */
  openStandardStreams(): this {
    openStandardStreams(this.kernel, this.task);
    return this;
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

/** Lets virtual time pass until something happens to processes that all wait; false where nothing is set to happen. */
export function passTimeFor(kernel: Kernel, waiting: readonly Process[]): boolean {
  const tasks = waiting.map(({ pid }) => kernel.tasks.byPid(pid)).filter((task) => task !== undefined);
  return passIdleTime(kernel, tasks);
}
