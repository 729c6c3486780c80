import type { Kernel } from '../linux/init/kernel.ts';
import type { Task } from '../linux/kernel/task.ts';
import { userMemory } from '../linux/syscalls.ts';
import { asAddress, type Register } from '../linux/uapi/registers.ts';
import { signals } from '../linux/uapi/signal.ts';
import { MemoryFault, ProcessEnded } from './errors.ts';

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** Room for the arguments of one call; longer ones get a mapping of their own. */
const scratchBytes = 65536;

/** What a process can do about its heap's end. */
type Brk = (address: number) => number;

/**
 * The memory of a process as its own code sees it. Touching what is not there sends SIGSEGV or SIGBUS: the
 * process dies (`ProcessEnded`), unless it handles the signal (`MemoryFault`).
 */
export class ProcessMemory {
  readonly #kernel: Kernel;
  readonly #task: Task;
  readonly #brk: Brk;
  #scratch = 0;
  #scratchTop = 0;

  constructor(kernel: Kernel, task: Task, brk: Brk) {
    this.#kernel = kernel;
    this.#task = task;
    this.#brk = brk;
  }

  /** `length` bytes from `address` on. */
  read(address: Register, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (!userMemory.read(this.#kernel, this.#task, asAddress(address), bytes)) this.#fault();
    return bytes;
  }

  write(address: Register, bytes: Uint8Array): void {
    if (!userMemory.write(this.#kernel, this.#task, asAddress(address), bytes)) this.#fault();
  }

  /** memset() */
  fill(address: Register, length: number, value: number): void {
    if (!userMemory.fill(this.#kernel, this.#task, asAddress(address), length, value)) this.#fault();
  }

  /** The bytes before the NUL at or behind `address`, as text. */
  readString(address: Register): string {
    const bytes: number[] = [];
    for (let at = asAddress(address); ; at += 1) {
      const byte = this.read(at, 1)[0] ?? 0;
      if (byte === 0) return decoder.decode(Uint8Array.from(bytes));
      bytes.push(byte);
    }
  }

  /** Room for `sizeBytes` that stays for the life of the process: malloc() without free(). */
  allocate(sizeBytes: number): bigint {
    const start = Math.ceil(this.#brk(0) / 16) * 16;
    if (this.#brk(start + sizeBytes) < start + sizeBytes)
      throw new Error('the heap of the process cannot grow');
    return BigInt(start);
  }

  /** A string with its NUL, in room of its own. */
  allocateString(text: string): bigint {
    const bytes = utf8.encode(`${text}\0`);
    const address = this.allocate(bytes.length);
    this.write(address, bytes);
    return address;
  }

  /** Puts bytes onto the scratch stack for the time of one call; `pop` with the result gives the room back. */
  push(bytes: Uint8Array): number {
    if (this.#scratch === 0) {
      this.#scratch = Number(this.allocate(scratchBytes));
      this.#scratchTop = this.#scratch;
    }
    const address = this.#scratchTop;
    const size = Math.ceil(bytes.length / 16) * 16;
    if (address + size > this.#scratch + scratchBytes)
      throw new Error('the arguments of one call are too large');
    this.#scratchTop += size;
    this.write(address, bytes);
    return address;
  }

  /** Puts a string with its NUL onto the scratch stack. */
  pushString(text: string): number {
    return this.push(utf8.encode(`${text}\0`));
  }

  /** The memory is another one: a program was executed. */
  forget(): void {
    this.#scratch = 0;
    this.#scratchTop = 0;
  }

  /** Gives back everything on the scratch stack from `address` on. */
  pop(address: number): void {
    this.#scratchTop = address;
  }

  /** Reads into bytes that are there already. */
  readInto(address: number, target: Uint8Array): void {
    if (!userMemory.read(this.#kernel, this.#task, address, target)) this.#fault();
  }

  #fault(): never {
    const task = this.#task;
    if (!task.isAlive) throw new ProcessEnded(task.pid, task.exitStatus);
    const signal = task.signals.delivered.pop();
    throw new MemoryFault(
      signal === signals.SIGBUS ? 'SIGBUS' : 'SIGSEGV',
      BigInt(task.memory.lastFaultAddress),
    );
  }
}
