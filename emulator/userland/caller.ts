import type { Kernel } from '../linux/init/kernel.ts';
import type { Task } from '../linux/kernel/task.ts';
import {
  blocked,
  type SystemCallEntry,
  systemCall,
  systemCallNamed,
  waitForWake,
} from '../linux/syscalls.ts';
import type { Register } from '../linux/uapi/registers.ts';
import type { ExitStatus } from '../linux/uapi/wait.ts';
import { CallWaits, ProcessEnded, SyscallError, WaitsForever } from './errors.ts';
import { ProcessMemory } from './process-memory.ts';

/** Numbers of calls that were looked up by name. */
const numbers = new Map<string, number>();

function numberOf(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  const call = systemCallNamed(name);
  if (call === undefined) throw new Error(`there is no system call ${name}`);
  numbers.set(name, call.number);
  return call.number;
}

/** Calls after which the caller is gone as it wished. */
const endsCaller: ReadonlySet<string> = new Set(['exit', 'exit_group']);

/** What every process can do: make system calls, with arguments in its own memory. */
export abstract class Caller {
  readonly pid: number;
  readonly memory: ProcessMemory;
  protected readonly kernel: Kernel;
  protected readonly task: Task;
  protected readonly enter: SystemCallEntry;
  readonly #handlers = new Map<number, (signal: number) => void>();
  #waits: 'here' | 'elsewhere' = 'here';

  /** `enter` is the table, or what tracing puts in its place. */
  constructor(kernel: Kernel, task: Task, enter: SystemCallEntry) {
    this.pid = task.pid;
    this.kernel = kernel;
    this.task = task;
    this.enter = enter;
    this.memory = new ProcessMemory(kernel, task, (address) => this.#brk(address));
  }

  /** Room for arguments is the library's business, and in no trace. */
  #brk(address: number): number {
    const { kernel, task } = this;
    if (!task.isAlive) throw new ProcessEnded(task.pid, task.exitStatus);
    return Number(systemCall(kernel, task, numberOf('brk'), address));
  }

  /** getpagesize() */
  get pageSizeBytes(): number {
    return this.kernel.pageSizeBytes;
  }

  get isAlive(): boolean {
    return this.task.isAlive;
  }

  /** How it ended; undefined while it lives. */
  get exitStatus(): ExitStatus | undefined {
    return this.task.exitStatus;
  }

  /** Whether the last call waits for something. */
  get isWaiting(): boolean {
    return this.task.state === 'blocked';
  }

  /**
   * Does something of which a call may wait. Where one does, `CallWaits` is thrown, and the same is to be done again
   * once `isWaiting` is false; otherwise calls that wait let time pass until they are over.
   */
  withWaitsElsewhere<Result>(act: () => Result): Result {
    this.#waits = 'elsewhere';
    try {
      return act();
    } finally {
      this.#waits = 'here';
    }
  }

  /** Any call by name or number; fails as the others do. */
  syscall(call: string | number, ...registers: readonly Register[]): number {
    const number = typeof call === 'number' ? call : numberOf(call);
    return checked(this.#result(number, String(call), registers), String(call));
  }

  /** As `syscall`, but a failure is a negative errno and not thrown. */
  trySyscall(call: string | number, ...registers: readonly Register[]): number {
    return this.#result(typeof call === 'number' ? call : numberOf(call), String(call), registers);
  }

  protected call(name: string, ...registers: readonly Register[]): number {
    return checked(this.#result(numberOf(name), name, registers), name);
  }

  /** As `call`; the error names the path. */
  protected callOn(name: string, path: string, ...registers: readonly Register[]): number {
    return checked(this.#result(numberOf(name), name, registers), name, path);
  }

  #result(number: number, name: string, registers: readonly Register[]): number {
    const { kernel, task, enter } = this;
    if (!task.isAlive) throw new ProcessEnded(task.pid, task.exitStatus);
    const [a, b, c, d, e, f] = registers;
    let result = enter(kernel, task, number, a, b, c, d, e, f);
    while (result === blocked) {
      // Awake already: a signal came whose handler lets the call begin anew.
      if (!this.isWaiting) this.#runHandlers();
      else if (this.#waits === 'elsewhere') throw new CallWaits(name);
      else if (!waitForWake(kernel, task)) throw new WaitsForever(task.pid, name);
      if (!task.isAlive) break;
      result = enter(kernel, task, number, a, b, c, d, e, f);
    }
    if (!task.isAlive && !endsCaller.has(name)) throw new ProcessEnded(task.pid, task.exitStatus);
    if (task.signals.delivered.length > 0) this.#runHandlers();
    return Number(result);
  }

  /** Runs `use` with a path in the process's memory. */
  protected withPath<Result>(path: string, use: (address: number) => Result): Result {
    const address = this.memory.pushString(path);
    try {
      return use(address);
    } finally {
      this.memory.pop(address);
    }
  }

  /** Runs `use` with bytes in the process's memory. */
  protected withBytes<Result>(bytes: Uint8Array, use: (address: number) => Result): Result {
    const address = this.memory.push(bytes);
    try {
      return use(address);
    } finally {
      this.memory.pop(address);
    }
  }

  /**
   * Has `handler` called for a signal, after the call in whose course it came. For SIGSEGV and SIGBUS a
   * `MemoryFault` is thrown as well.
   */
  onSignal(signal: number, handler: (signal: number) => void): void {
    this.#handlers.set(signal, handler);
    this.#setAction(signal, BigInt(0x1000 + signal));
  }

  /** SIG_DFL */
  defaultSignal(signal: number): void {
    this.#handlers.delete(signal);
    this.#setAction(signal, 0n);
  }

  /** SIG_IGN */
  ignoreSignal(signal: number): void {
    this.#handlers.delete(signal);
    this.#setAction(signal, 1n);
  }

  #setAction(signal: number, handler: bigint): void {
    const action = new Uint8Array(32);
    new DataView(action.buffer).setBigUint64(0, handler, true);
    this.withBytes(action, (address) => this.call('rt_sigaction', signal, address, 0, 8));
  }

  #runHandlers(): void {
    const delivered = this.task.signals.delivered.splice(0);
    for (const signal of delivered) this.#handlers.get(signal)?.(signal);
  }
}

function checked(result: number, name: string, path?: string): number {
  if (result < 0 && result >= -4095) throw new SyscallError(name, result, path);
  return result;
}
