import * as z from 'zod';
import { parseDuration } from '../../base/durations.ts';
import { parseSize } from '../../base/units.ts';
import { systemCallNamed } from '../../linux/syscalls.ts';
import { type ErrnoName, errno } from '../../linux/uapi/errno.ts';
import { type SignalName, signals } from '../../linux/uapi/signal.ts';

/** A call that fails without being made: the n-th allocation, or the n-th call of a name. */
export interface FailFault {
  readonly kind: 'fail';
  /** `alloc`, or a system call's name. */
  readonly call: string;
  /** From which matching call on, from 1, and how many in a row. */
  readonly nth: number;
  readonly times: number;
  readonly errno: ErrnoName;
  readonly heap: string | undefined;
  readonly process: string | undefined;
  /** Only allocations of at least so many bytes. */
  readonly minBytes: bigint | undefined;
}

/** A heap whose allocations take longer, in virtual time. */
export interface SlowFault {
  readonly kind: 'slow';
  readonly heap: string | undefined;
  readonly nanoseconds: number;
}

/** A heap's node that is gone from /dev before the n-th call of all. */
export interface VanishFault {
  readonly kind: 'vanish';
  readonly heap: string;
  readonly nth: number;
}

/** A signal that comes during the n-th call of a process. */
export interface KillFault {
  readonly kind: 'kill';
  readonly process: string | undefined;
  readonly nth: number;
  readonly signal: SignalName;
}

/** Pages of the CMA areas that somebody else keeps and that cannot move. */
export interface BusyFault {
  readonly kind: 'busy';
  readonly bytes: bigint;
}

/** Something that goes wrong on purpose. */
export type Fault = FailFault | SlowFault | VanishFault | KillFault | BusyFault;

const count = z.coerce.number().int().min(1);
const name = z.string().min(1);

function parsed<Value>(expected: string, parse: (text: string) => Value | undefined) {
  return z.union([z.string(), z.number()], `expected ${expected}`).transform((written, context): Value => {
    const value = parse(String(written));
    if (value !== undefined) return value;
    context.addIssue(`expected ${expected}, not "${written}"`);
    return z.NEVER;
  });
}

const isErrno = (text: string): text is ErrnoName => text in errno;
const isSignal = (text: string): text is SignalName => text in signals;
const size = parsed('a size, such as 2M', parseSize);
const duration = parsed('a time, such as 5ms', parseDuration);
const errnoName = parsed('the name of an errno, such as ENOMEM', (text) =>
  isErrno(text) ? text : undefined,
);
const signal = parsed('the name of a signal, such as SIGKILL', (text) => (isSignal(text) ? text : undefined));
const call = parsed('alloc or the name of a system call, such as openat', (text) =>
  text === 'alloc' || systemCallNamed(text) !== undefined ? text : undefined,
);

const fail = z
  .strictObject({
    fail: call,
    nth: count.default(1),
    times: count.default(1),
    errno: errnoName.optional(),
    heap: name.optional(),
    process: name.optional(),
    minSize: size.optional(),
  })
  .transform(
    (facts): FailFault => ({
      kind: 'fail',
      call: facts.fail,
      nth: facts.nth,
      times: facts.times,
      errno: facts.errno ?? (facts.fail === 'alloc' ? 'ENOMEM' : 'EINTR'),
      heap: facts.heap,
      process: facts.process,
      minBytes: facts.minSize,
    }),
  );
const slow = z.strictObject({ slow: name, time: duration }).transform(
  (facts): SlowFault => ({
    kind: 'slow',
    heap: facts.slow === 'all' ? undefined : facts.slow,
    nanoseconds: facts.time,
  }),
);
const vanish = z
  .strictObject({ vanish: name, nth: count.default(1) })
  .transform((facts): VanishFault => ({ kind: 'vanish', heap: facts.vanish, nth: facts.nth }));
const kill = z.strictObject({ kill: name, nth: count.default(1), signal: signal.optional() }).transform(
  (facts): KillFault => ({
    kind: 'kill',
    process: facts.kill === 'all' ? undefined : facts.kill,
    nth: facts.nth,
    signal: facts.signal ?? 'SIGKILL',
  }),
);
const busy = z
  .strictObject({ busy: size })
  .transform((facts): BusyFault => ({ kind: 'busy', bytes: facts.busy }));

/** The kinds of faults by the key that names them. To add one, add its schema here. */
export const faultSchemas = { fail, slow, vanish, kill, busy } as const;

export type FaultKey = keyof typeof faultSchemas;

export const faultKeys: readonly FaultKey[] = ['fail', 'slow', 'vanish', 'kill', 'busy'];

/** A fault as `--fault` takes it, without what holds anyway. */
export function formatFault(fault: Fault): string {
  const pairs = Object.entries(writtenAs(fault)).filter(([, value]) => value !== undefined);
  return pairs.map(([key, value]) => `${key}=${value}`).join(':');
}

type Written = Readonly<Record<string, string | number | bigint | undefined>>;

function writtenAs(fault: Fault): Written {
  const counted = (value: number) => (value === 1 ? undefined : value);
  switch (fault.kind) {
    case 'fail': {
      const { call: fail, heap, process, minBytes: minSize } = fault;
      return {
        fail,
        nth: counted(fault.nth),
        times: counted(fault.times),
        errno: fault.errno,
        heap,
        process,
        minSize,
      };
    }
    case 'slow':
      return { slow: fault.heap ?? 'all', time: `${fault.nanoseconds}ns` };
    case 'vanish':
      return { vanish: fault.heap, nth: counted(fault.nth) };
    case 'kill':
      return { kill: fault.process ?? 'all', nth: counted(fault.nth), signal: fault.signal };
    case 'busy':
      return { busy: fault.bytes };
  }
}
