import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import { blocked, peekMemory, postSignal, type SystemCallEntry, systemCalls } from '../../linux/syscalls.ts';
import { DMA_HEAP_IOCTL_ALLOC } from '../../linux/uapi/dma-heap.ts';
import { errno } from '../../linux/uapi/errno.ts';
import { asAddress, asInt32, asUint32, type Register } from '../../linux/uapi/registers.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { makeDevice } from '../../linux/uapi/stat.ts';
import { type FailFault, type Fault, formatFault, type KillFault, type VanishFault } from './fault.ts';

/** An allocation that is about to be made. */
export interface AllocationSeen {
  readonly heap: string;
  readonly sizeBytes: bigint;
  readonly process: string;
}

/** What happened because somebody asked for it. */
export interface Injected {
  readonly kind: Fault['kind'];
  readonly process: string;
  /** The system call that was being made. */
  readonly call: string;
  /** The errno, the signal, the heap or the time. */
  readonly what: string;
}

/** What became of the faults that were asked for. */
export interface FaultAccount {
  /** What went wrong on purpose, in order. */
  readonly injected: readonly Injected[];
  /** Faults that never came, as they are written: no call fitted them. */
  readonly notInjected: readonly string[];
}

/** The account of a run without faults. */
export const nothingInjected: FaultAccount = { injected: [], notInjected: [] };

interface Counted<Kind> {
  readonly fault: Kind;
  seen: number;
}

const heapFolder = '/dev/dma_heap/';

/** Makes things go wrong on purpose, between processes and the kernel. */
export class FaultInjector {
  /** What has happened so far. */
  readonly injected: Injected[] = [];
  /** Every allocation that was asked for. */
  readonly allocations: AllocationSeen[] = [];
  readonly #fails: Counted<FailFault>[] = [];
  readonly #kills: { readonly fault: KillFault; readonly seen: Map<Task, number> }[] = [];
  readonly #vanishing: Counted<VanishFault>[] = [];
  readonly #slow: readonly Extract<Fault, { kind: 'slow' }>[];
  readonly #removeNode: (path: string) => boolean;
  /** Faults that have not come yet. */
  readonly #due: Set<Fault>;
  /** The call for which a task waits; it is made again when the task wakes, and is the same call. */
  readonly #waiting = new WeakMap<Task, number>();

  /** `removeNode` takes a heap's node away, as somebody with the right to it would, and tells whether it was there. */
  constructor(faults: readonly Fault[], removeNode: (path: string) => boolean) {
    this.#removeNode = removeNode;
    this.#slow = faults.filter((fault) => fault.kind === 'slow');
    this.#due = new Set(faults.filter((fault) => fault.kind !== 'busy'));
    for (const fault of faults) this.add(fault);
  }

  /** What became of the faults so far. */
  account(): FaultAccount {
    return { injected: this.injected, notInjected: [...this.#due].map(formatFault) };
  }

  /** One more fault, counted from now on. */
  add(fault: Fault): void {
    if (fault.kind === 'fail') this.#fails.push({ fault, seen: 0 });
    if (fault.kind === 'kill') this.#kills.push({ fault, seen: new Map() });
    if (fault.kind === 'vanish') this.#vanishing.push({ fault, seen: 0 });
  }

  /** The entry that processes use in place of `next`. */
  wrap(next: SystemCallEntry): SystemCallEntry {
    return (kernel, task, number, ...registers) => {
      const make = () => {
        const result = next(kernel, task, number, ...registers);
        if (result === blocked) this.#waiting.set(task, number);
        else this.#waiting.delete(task);
        return result;
      };
      if (!task.isAlive || this.#waiting.get(task) === number) return make();
      const call = systemCalls[number]?.name ?? '';
      const allocation = allocationOf(kernel, task, call, registers);
      if (allocation !== undefined) this.allocations.push(allocation);
      this.#vanish(task, call);
      this.#kill(task, call);
      const failed = this.#fail(task, call, allocation);
      if (failed !== undefined) {
        // Time passes and signals come as with any call.
        const result = next(kernel, task, nothing, 0);
        return result === blocked ? result : task.isAlive ? failed : result;
      }
      this.#delay(kernel, task, call, allocation);
      return make();
    };
  }

  #fail(task: Task, call: string, allocation: AllocationSeen | undefined): number | undefined {
    let failed: number | undefined;
    for (const counted of this.#fails) {
      const { fault } = counted;
      if (!matches(fault, task, call, allocation)) continue;
      counted.seen += 1;
      if (counted.seen < fault.nth || counted.seen >= fault.nth + fault.times || failed !== undefined)
        continue;
      failed = -errno[fault.errno];
      this.#note(fault, task, call, fault.errno);
    }
    return failed;
  }

  #kill(task: Task, call: string): void {
    for (const { fault, seen } of this.#kills) {
      if (fault.process !== undefined && fault.process !== task.command) continue;
      const number = (seen.get(task) ?? 0) + 1;
      seen.set(task, number);
      if (number !== fault.nth) continue;
      this.#note(fault, task, call, fault.signal);
      postSignal(task, signals[fault.signal]);
    }
  }

  #vanish(task: Task, call: string): void {
    for (const counted of this.#vanishing) {
      counted.seen += 1;
      if (counted.seen !== counted.fault.nth) continue;
      if (this.#removeNode(`${heapFolder}${counted.fault.heap}`))
        this.#note(counted.fault, task, call, counted.fault.heap);
    }
  }

  #delay(kernel: Kernel, task: Task, call: string, allocation: AllocationSeen | undefined): void {
    if (allocation === undefined) return;
    for (const fault of this.#slow) {
      if (fault.heap !== undefined && fault.heap !== allocation.heap) continue;
      kernel.clock.advance(fault.nanoseconds);
      this.#note(fault, task, call, `${fault.nanoseconds} ns`);
    }
  }

  #note(fault: Fault, task: Task, call: string, what: string): void {
    this.#due.delete(fault);
    this.injected.push({ kind: fault.kind, process: task.command, call, what });
  }
}

/** getpid(): a call that does nothing. */
const nothing = 172;

function matches(
  fault: FailFault,
  task: Task,
  call: string,
  allocation: AllocationSeen | undefined,
): boolean {
  if (fault.process !== undefined && fault.process !== task.command) return false;
  if (fault.call !== 'alloc') return fault.call === call;
  if (allocation === undefined) return false;
  if (fault.heap !== undefined && fault.heap !== allocation.heap) return false;
  return fault.minBytes === undefined || allocation.sizeBytes >= fault.minBytes;
}

/** The allocation that a call asks for; undefined for every other call. */
function allocationOf(
  kernel: Kernel,
  task: Task,
  call: string,
  registers: readonly (Register | undefined)[],
): AllocationSeen | undefined {
  if (call !== 'ioctl' || asUint32(registers[1] ?? 0) !== DMA_HEAP_IOCTL_ALLOC) return undefined;
  const number = task.files.get(asInt32(registers[0] ?? 0))?.inode.specialDevice;
  const heap = kernel.dmaHeaps.all.find(({ major, minor }) => makeDevice(major, minor) === number);
  if (heap === undefined) return undefined;
  const bytes = peekMemory(task, asAddress(registers[2] ?? 0), 8);
  const sizeBytes = bytes === undefined ? 0n : new DataView(bytes.buffer).getBigUint64(0, true);
  return { heap: heap.name, sizeBytes, process: task.command };
}
