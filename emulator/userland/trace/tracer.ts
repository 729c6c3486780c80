import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import { blocked, peekMemory, type SystemCallEntry, systemCalls } from '../../linux/syscalls.ts';
import { errnoName } from '../../linux/uapi/errno.ts';
import { asUnsigned64, type Register } from '../../linux/uapi/registers.ts';
import { signalName } from '../../linux/uapi/signal.ts';
import type { ReadContext } from './argument-kinds.ts';
import type { CallEvent, TraceEvent } from './event.ts';
import { type Signature, signatureOf } from './signatures.ts';
import { type TraceValue, traceNumber } from './value.ts';

/** A call that has begun. */
interface Begun {
  readonly name: string;
  readonly signature: Signature;
  readonly registers: readonly Register[];
  readonly args: readonly TraceValue[];
}

/** Watches the calls of processes and tells of each once it has ended. Costs nothing where no tracer is. */
export class Tracer {
  readonly #tell: (event: TraceEvent) => void;
  readonly #begun = new Map<Task, Begun>();
  readonly #alive = new Map<number, Task>();

  constructor(tell: (event: TraceEvent) => void) {
    this.#tell = tell;
  }

  /** The entry that processes use in place of `next`. */
  wrap(next: SystemCallEntry): SystemCallEntry {
    return (kernel, task, number, ...given) => {
      const registers = given.map((register) => register ?? 0);
      this.#meet(task);
      const waited = this.#begun.get(task);
      const begun = waited === undefined ? this.#begin(task, number, registers) : { ...waited, registers };
      const result = next(kernel, task, number, ...given);
      if (result === blocked) this.#begun.set(task, begun);
      else {
        this.#begun.delete(task);
        this.#tell(ended(kernel, task, begun, result));
      }
      this.#tellEnds();
      return result;
    };
  }

  /** Tells of calls that never ended, and of processes that nobody saw end. */
  finish(): void {
    for (const [task, { name, args }] of this.#begun) this.#tell({ pid: task.pid, call: name, args });
    this.#begun.clear();
    this.#tellEnds();
  }

  #meet(task: Task): void {
    if (this.#alive.has(task.pid)) return;
    const isChild = task.isThread || (task.parent !== undefined && this.#alive.has(task.parent.pid));
    this.#alive.set(task.pid, task);
    if (isChild) return;
    const { uid, gid, groups } = task.credentials;
    this.#tell({ process: task.pid, command: task.command, uid, gid, groups: [...groups] });
  }

  #begin(task: Task, number: number, registers: readonly Register[]): Begun {
    const name = systemCalls[number]?.name ?? `syscall_${number}`;
    const signature = signatureOf(name);
    const context = contextOf(task, registers, 0);
    const args = signature.arguments.map((kind, index) => kind.read(context, index));
    return { name, signature, registers, args: withoutUnused(name, args) };
  }

  #tellEnds(): void {
    for (const [pid, task] of this.#alive) {
      if (task.isAlive) continue;
      this.#alive.delete(pid);
      const status = task.exitStatus;
      const exit = status?.kind === 'killed' ? signalName(status.signal) : (status?.code ?? 0);
      this.#tell({ pid, exit });
    }
  }
}

function contextOf(task: Task, registers: readonly Register[], result: number | bigint): ReadContext {
  return { registers, result, peek: (address, length) => peekMemory(task, address, length) };
}

/** open() has a mode only where it makes a file. */
function withoutUnused(name: string, args: readonly TraceValue[]): readonly TraceValue[] {
  const [, , flags] = args;
  return name === 'openat' && !/O_CREAT|O_TMPFILE/.test(String(flags)) ? args.slice(0, 3) : args;
}

function ended(_kernel: Kernel, task: Task, begun: Begun, result: number | bigint): CallEvent {
  const { name, signature, registers, args } = begun;
  const event = { pid: task.pid, call: name, args };
  if (!task.isAlive) return event;
  if (result < 0 && result >= -4095)
    return { ...event, errno: errnoName(Number(result)) ?? `E${-Number(result)}` };
  const context = contextOf(task, registers, result);
  const out = signature.arguments.flatMap((kind, index): readonly (readonly [string, TraceValue])[] => {
    const value = kind.readBack?.(context, index);
    return value === undefined ? [] : [[String(index), value]];
  });
  const shown =
    signature.result === 'address' ? `0x${asUnsigned64(result).toString(16)}` : traceNumber(result);
  return { ...event, result: shown, ...(out.length === 0 ? {} : { out: Object.fromEntries(out) }) };
}
