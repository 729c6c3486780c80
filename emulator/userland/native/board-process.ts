import type { Kernel } from '../../linux/init/kernel.ts';
import { type SystemCallEntry, systemCall, systemCalls } from '../../linux/syscalls.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../../linux/uapi/mman.ts';
import { POLLIN } from '../../linux/uapi/poll.ts';
import type { Register } from '../../linux/uapi/registers.ts';
import { RLIMIT_NOFILE } from '../../linux/uapi/resource.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { Process } from '../process.ts';
import type { Identity } from '../workload/host.ts';

const CLONE_FILES = 0x400;
/** sysctl fs.nr_open: as many descriptors as a process may have at all. */
const mostDescriptors = 1n << 20n;
/** Nobody's memory: an argument there faults. */
const nowhere = 16;

/** Bytes of a program that a call of the board takes or gives. */
export interface Argument {
  /** What stands there; undefined where the program could not read it either. */
  readonly bytes: Uint8Array | undefined;
  readonly writable: boolean;
}

/** What a call came to, and what it left in its argument. */
export interface Outcome {
  readonly result: number;
  readonly bytes: Uint8Array;
}

/**
 * A process of the board that stands for one of the host. It makes the calls that its counterpart made; all of them
 * share one table of descriptors, in which each file that a program holds has one number, however often the program
 * has copied its own.
 */
export class BoardProcess {
  readonly process: Process;
  readonly identity: Identity;
  #readOnlyPage = 0n;

  constructor(process: Process, identity: Identity) {
    this.process = process;
    this.identity = identity;
  }

  call(name: string, ...registers: readonly Register[]): number {
    return this.process.trySyscall(name, ...registers);
  }

  onPath(name: string, path: string, use: (address: number) => readonly Register[]): number {
    const { memory } = this.process;
    const address = memory.pushString(path);
    try {
      return this.call(name, ...use(address));
    } finally {
      memory.pop(address);
    }
  }

  open(path: string, flags: number, mode: number): number {
    const AT_FDCWD = -100;
    return this.onPath('openat', path, (address) => [AT_FDCWD, address, flags, mode]);
  }

  close(fd: number): void {
    if (this.process.isAlive) this.call('close', fd);
  }

  /** An ioctl with bytes for an argument, readable and writable as the program's own are. */
  ioctl(fd: number, request: number, { bytes, writable }: Argument): Outcome {
    if (bytes === undefined)
      return { result: this.call('ioctl', fd, request, nowhere), bytes: new Uint8Array() };
    return this.withBytes(bytes, writable, (address) => this.call('ioctl', fd, request, address));
  }

  /** Runs `use` with bytes in the board's memory, and gives what it left there. */
  withBytes(bytes: Uint8Array, writable: boolean, use: (address: number) => number): Outcome {
    const { memory } = this.process;
    if (!writable) return { result: use(this.#inReadOnlyPage(bytes)), bytes };
    const address = memory.push(bytes);
    try {
      const result = use(address);
      return { result, bytes: this.process.isAlive ? memory.read(address, bytes.length) : bytes };
    } finally {
      memory.pop(address);
    }
  }

  #inReadOnlyPage(bytes: Uint8Array): number {
    const { process } = this;
    const length = 65536;
    if (this.#readOnlyPage === 0n) {
      this.#readOnlyPage = process.mmap({ length, prot: PROT_READ, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    }
    process.mprotect(this.#readOnlyPage, length, PROT_READ | PROT_WRITE);
    process.writeMemory(this.#readOnlyPage, bytes.subarray(0, length));
    process.mprotect(this.#readOnlyPage, length, PROT_READ);
    return Number(this.#readOnlyPage);
  }

  /** Everything that an open file of the kernel's own shows. */
  readAll(fd: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (;;) {
      const { result, bytes } = this.withBytes(new Uint8Array(32768), true, (address) =>
        this.call('read', fd, address, 32768),
      );
      if (result <= 0) break;
      parts.push(bytes.subarray(0, result));
    }
    return Buffer.concat(parts);
  }
}

/** Whether poll() finds a descriptor readable right now. */
export function isReadable(process: Process, fd: number): boolean {
  const { memory } = process;
  // struct pollfd: descriptor s32 @0, events s16 @4, revents s16 @6; behind it a time of nothing.
  const asked = new Uint8Array(24);
  const view = new DataView(asked.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  const address = memory.push(asked);
  const ready = process.trySyscall('ppoll', address, 1, address + 8, 0, 8);
  memory.pop(address);
  return ready > 0;
}

/** Makes the board's processes. */
export class BoardProcesses {
  readonly #kernel: Kernel;
  readonly #parent: Process;

  readonly #enter: SystemCallEntry;
  /** The call that a program made and that has not reached the board yet. */
  #asked: string | undefined;

  /**
   * `parent` is root's; its descriptors are those of all. What programs ask for goes through `enter`, and what the
   * supervisor wants to know besides does not.
   */
  constructor(kernel: Kernel, parent: Process, enter: SystemCallEntry | undefined) {
    this.#kernel = kernel;
    this.#parent = parent;
    this.#enter =
      enter === undefined
        ? systemCall
        : (kernel, task, number, ...registers) => {
            const isAsked = systemCalls[number]?.name === this.#asked;
            if (isAsked) this.#asked = undefined;
            return (isAsked ? enter : systemCall)(kernel, task, number, ...registers);
          };
    const limit = new Uint8Array(16);
    new DataView(limit.buffer).setBigUint64(0, mostDescriptors, true);
    new DataView(limit.buffer).setBigUint64(8, mostDescriptors, true);
    const address = parent.memory.push(limit);
    parent.syscall('prlimit64', 0, RLIMIT_NOFILE, address, 0);
    parent.memory.pop(address);
  }

  /** A program is about to have one make a call, which is to be known by the program's name. */
  asks(board: BoardProcess, call: string, program: string): void {
    this.#asked = call;
    const task = this.#kernel.tasks.byPid(board.process.pid);
    if (task !== undefined) task.command = program;
  }

  /** A process of somebody. */
  make(identity: Identity): BoardProcess {
    const pid = this.#parent.syscall('clone', CLONE_FILES | signals.SIGCHLD);
    const task = this.#kernel.tasks.byPid(pid);
    if (task === undefined) throw new Error(`process ${pid} is not there`);
    const process = new Process(this.#kernel, task, this.#enter);
    if (identity.uid !== 0 || identity.gid !== 0 || identity.groups.length > 0) {
      const groups = new Uint8Array(Uint32Array.from(identity.groups).buffer);
      const address = process.memory.push(groups);
      process.syscall('setgroups', identity.groups.length, address);
      process.memory.pop(address);
      process.setgid(identity.gid);
      process.setuid(identity.uid);
    }
    return new BoardProcess(process, identity);
  }

  /** Ends one; what it opened stays open. */
  end(board: BoardProcess): void {
    if (board.process.isAlive) board.process.exit(0);
    this.#parent.trySyscall('wait4', board.process.pid, 0, 1, 0);
  }
}
