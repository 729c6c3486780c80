import type { Kernel } from '../../linux/init/kernel.ts';
import { errnoName } from '../../linux/uapi/errno.ts';
import { asUint32, type Register } from '../../linux/uapi/registers.ts';
import type { ReadContext } from '../trace/argument-kinds.ts';
import type { TraceEvent } from '../trace/event.ts';
import { signatureOf } from '../trace/signatures.ts';
import type { TraceValue } from '../trace/value.ts';
import type { Trap } from './backend.ts';
import { boardOpenFlags } from './host/architecture.ts';
import type { Host } from './host/host.ts';
import type { NativeProcess } from './native-process.ts';
import type { StandIn } from './stand-in.ts';
import type { Verdict } from './supervision.ts';

/** What a call took. */
export interface CallTimes {
  readonly virtualNanoseconds: bigint;
  readonly realNanoseconds: bigint;
}

/** Told of every call that the board answered, in the terms of the board. */
export type CallListener = (event: TraceEvent, times: CallTimes | undefined) => void;

/** A call that is being answered. */
export interface Begun {
  readonly name: string;
  readonly registers: readonly Register[];
  readonly args: readonly TraceValue[];
  readonly virtualStart: bigint;
  readonly realStart: bigint;
}

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const createFlags = 0o1101;

/** Older calls as those that took their place, which are all that the board has. */
const modern: Readonly<Record<string, (v: readonly Register[]) => readonly [string, ...Register[]]>> = {
  open: ([path = 0, flags = 0, mode = 0]) => ['openat', AT_FDCWD, path, flags, mode],
  creat: ([path = 0, mode = 0]) => ['openat', AT_FDCWD, path, createFlags, mode],
  stat: ([path = 0, status = 0]) => ['newfstatat', AT_FDCWD, path, status, 0],
  lstat: ([path = 0, status = 0]) => ['newfstatat', AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW],
  access: ([path = 0, mode = 0]) => ['faccessat', AT_FDCWD, path, mode],
  readlink: ([path = 0, text = 0, size = 0]) => ['readlinkat', AT_FDCWD, path, text, size],
};

/** What a call of the host is called on the board. */
export function nameOnBoard(call: string): string {
  return modern[call]?.([])[0] ?? call;
}

/** Calls whose structs the host lays out in its own way. */
const ownLayout: ReadonlySet<string> = new Set(['newfstatat', 'fstat']);

/** Writes down what programs asked of the board and what it answered; `tell` gets each in turn. */
export class CallLog {
  readonly #tell: CallListener;
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #known = new Set<number>();
  readonly #handed = new Map<StandIn, { readonly pid: number; readonly fd: number }>();

  constructor(tell: CallListener, kernel: Kernel, host: Host) {
    this.#tell = tell;
    this.#kernel = kernel;
    this.#host = host;
  }

  begin(trap: Trap): Begun {
    const older = modern[trap.call.name];
    const [name, ...values] = older?.(trap.values) ?? [trap.call.name, ...trap.values];
    const registers =
      name === 'openat'
        ? values.map((value, at) =>
            at === 2 ? boardOpenFlags(this.#host.architecture, asUint32(value)) : value,
          )
        : values;
    const context = this.#context(trap.tid, registers, 0);
    const args = signatureOf(name).arguments.map((kind, index) => kind.read(context, index));
    const creates = name !== 'openat' || /O_CREAT|O_TMPFILE/.test(String(args[2]));
    return {
      name,
      registers,
      args: creates ? args : args.slice(0, 3),
      virtualStart: this.#kernel.clock.now,
      realStart: process.hrtime.bigint(),
    };
  }

  /** A call was decided; what the host makes itself is none of the log's business, but for a process's end. */
  decided(trap: Trap, owner: NativeProcess, begun: Begun, verdict: Verdict): void {
    const { pid } = owner;
    if (owner.exiting && this.#known.has(pid)) {
      this.#known.delete(pid);
      this.#tell({ pid, exit: asUint32(trap.values[0] ?? 0) & 0xff }, undefined);
    }
    if (typeof verdict !== 'number') return;
    this.#meet(owner);
    const { name, args } = begun;
    const times = {
      virtualNanoseconds: this.#kernel.clock.now - begun.virtualStart,
      realNanoseconds: process.hrtime.bigint() - begun.realStart,
    };
    if (verdict < 0) {
      this.#tell({ pid, call: name, args, errno: errnoName(verdict) ?? `E${-verdict}` }, times);
      return;
    }
    const out = this.#out(trap, begun, verdict);
    this.#tell({ pid, call: name, args, result: verdict, ...(out === undefined ? {} : { out }) }, times);
  }

  #out(trap: Trap, { name, registers }: Begun, result: number): Record<string, TraceValue> | undefined {
    if (ownLayout.has(name) && this.#host.architecture.name !== 'arm64') return undefined;
    const context = this.#context(trap.tid, registers, result);
    const out = signatureOf(name).arguments.flatMap(
      (kind, index): readonly (readonly [string, TraceValue])[] => {
        const value = kind.readBack?.(context, index);
        return value === undefined ? [] : [[String(index), value]];
      },
    );
    return out.length === 0 ? undefined : Object.fromEntries(out);
  }

  #context(tid: number, registers: readonly Register[], result: number): ReadContext {
    const peek = (address: number, length: number) => this.#host.peek(tid, address, length)?.slice();
    return { registers, result, peek };
  }

  #meet(owner: NativeProcess): void {
    if (this.#known.has(owner.pid)) return;
    this.#known.add(owner.pid);
    const { uid, gid, groups } = owner.board.identity;
    this.#tell({ process: owner.pid, command: owner.program, uid, gid, groups }, undefined);
  }

  /** A program got a descriptor. */
  handed(standIn: StandIn, owner: NativeProcess | undefined, fd: number): void {
    if (owner !== undefined) this.#handed.set(standIn, { pid: owner.pid, fd });
  }

  /** The last reference is gone. close() is the host's: it is told where it takes effect, and its process goes on. */
  released(standIn: StandIn): void {
    const handed = this.#handed.get(standIn);
    this.#handed.delete(standIn);
    if (handed !== undefined && this.#known.has(handed.pid)) {
      this.#tell({ pid: handed.pid, call: 'close', args: [handed.fd], result: 0 }, undefined);
    }
  }
}
