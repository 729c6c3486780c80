import { signals } from '../uapi/signal.ts';
import { WaitQueue } from './sched/wait.ts';
import { fromKernel, type PendingSignal, type SignalInfo } from './signal-info.ts';
import type { Task } from './task.ts';

/** Signals until somebody takes them. Plays the sending half of kernel/signal.c. */

/** What a process does about a signal: nothing special, nothing at all, or a function of its own. */
export type Disposition = 'default' | 'ignore' | 'handler';

/** struct sigaction as the process set it; `handler` is the address, which only user space knows how to call. */
export interface SignalAction {
  readonly disposition: Disposition;
  readonly handler: bigint;
  readonly flags: bigint;
  readonly mask: bigint;
  /** Where a handler returns to (sa_restorer). */
  readonly restorer?: bigint;
}

export const defaultAction: SignalAction = { disposition: 'default', handler: 0n, flags: 0n, mask: 0n };

/** Signals that do nothing unless somebody handles them. */
const ignoredByDefault: ReadonlySet<number> = new Set([
  signals.SIGCHLD,
  signals.SIGCONT,
  signals.SIGURG,
  signals.SIGWINCH,
]);
/** SA_NODEFER, SA_RESTART and SA_RESETHAND of include/uapi/asm-generic/signal-defs.h. */
const SA_NODEFER = 0x4000_0000n;
const SA_RESTART = 0x1000_0000n;
export const SA_RESETHAND = 0x8000_0000n;

/** Signals up to 31 wait once; the others as often as they are sent. */
const firstRealTime = 32;

const bitOf = (signal: number): bigint => 1n << BigInt(signal - 1);

/** What the threads of a process have in common. */
interface SharedSignals {
  readonly actions: Map<number, SignalAction>;
  /** Sent to the process: whichever thread wants one takes it. */
  readonly pending: PendingSignal[];
  /** Woken when a signal comes, for those who wait for one. */
  readonly arrivals: WaitQueue;
}

/** A thread's signals: what is pending, blocked and, with the others of its process, handled. */
export class Signals {
  readonly #shared: SharedSignals;
  readonly #pending: PendingSignal[] = [];
  /** Bit n-1 for signal n. */
  blocked = 0n;
  /** What rt_sigtimedwait() waits for at this moment: it is taken there, and nowhere else. */
  awaited = 0n;
  /** Signals that reached a handler of the process, for user space to call it. */
  readonly delivered: number[] = [];
  /** With which action and facts a signal was delivered. */
  readonly deliveredWith = new Map<number, { readonly action: SignalAction; readonly info: SignalInfo }>();

  /** `shared` are those of a thread of the same process. */
  constructor(shared?: Signals) {
    this.#shared =
      shared !== undefined ? shared.#shared : { actions: new Map(), pending: [], arrivals: new WaitQueue() };
  }

  get arrivals(): WaitQueue {
    return this.#shared.arrivals;
  }

  /** Signals that are pending, as a mask. */
  get pendingMask(): bigint {
    return [...this.#pending, ...this.#shared.pending].reduce((mask, { signal }) => mask | bitOf(signal), 0n);
  }

  /** Whether every handler that was just called lets the interrupted call be made again. */
  get restartsCalls(): boolean {
    return this.delivered.every((signal) => (this.action(signal).flags & SA_RESTART) !== 0n);
  }

  /** Whether anything waits; the cheap question after each call. */
  get hasPending(): boolean {
    return this.#pending.length > 0 || this.#shared.pending.length > 0;
  }

  action(signal: number): SignalAction {
    return this.#shared.actions.get(signal) ?? defaultAction;
  }

  setAction(signal: number, action: SignalAction): void {
    this.#shared.actions.set(signal, action);
  }

  isBlocked(signal: number): boolean {
    if (signal === signals.SIGKILL || signal === signals.SIGSTOP) return false;
    return ((this.blocked | this.#entering) & bitOf(signal)) !== 0n;
  }

  /** What the handlers block that were delivered and are not called yet. */
  get #entering(): bigint {
    let mask = 0n;
    for (const signal of this.delivered) {
      const action = this.deliveredWith.get(signal)?.action ?? defaultAction;
      mask |= action.mask | ((action.flags & SA_NODEFER) === 0n ? bitOf(signal) : 0n);
    }
    return mask;
  }

  /** Whether a signal would be thrown away as soon as it is sent. */
  isIgnored(signal: number): boolean {
    const { disposition } = this.action(signal);
    return disposition === 'ignore' || (disposition === 'default' && ignoredByDefault.has(signal));
  }

  /** A signal for this thread, or for whichever thread of the process wants it. */
  post(signal: number, info: SignalInfo = fromKernel, toProcess = false): void {
    const queue = toProcess ? this.#shared.pending : this.#pending;
    if (signal < firstRealTime && queue.some((other) => other.signal === signal)) return;
    queue.push({ signal, info });
  }

  /** fatal_signal_pending() */
  get isKilled(): boolean {
    return this.#find((signal) => signal === signals.SIGKILL) !== undefined;
  }

  /** The next signal that may be delivered: SIGKILL first, then the lowest, the thread's own before the process's. */
  take(): PendingSignal | undefined {
    return this.#remove(
      this.#find((signal) => signal === signals.SIGKILL) ??
        this.#find((signal) => this.#isDeliverable(signal)),
    );
  }

  /** The next signal of a set, whether it is blocked or not. */
  takeOf(set: bigint): PendingSignal | undefined {
    return this.#remove(this.#find((signal) => (set & bitOf(signal)) !== 0n));
  }

  #isDeliverable(signal: number): boolean {
    return !this.isBlocked(signal) && (this.awaited & bitOf(signal)) === 0n;
  }

  #find(isMeant: (signal: number) => boolean): PendingSignal | undefined {
    for (const queue of [this.#pending, this.#shared.pending]) {
      let lowest: PendingSignal | undefined;
      for (const pending of queue)
        if (isMeant(pending.signal) && (lowest === undefined || pending.signal < lowest.signal))
          lowest = pending;
      if (lowest !== undefined) return lowest;
    }
    return undefined;
  }

  #remove(taken: PendingSignal | undefined): PendingSignal | undefined {
    if (taken === undefined) return undefined;
    for (const queue of [this.#pending, this.#shared.pending]) {
      const index = queue.indexOf(taken);
      if (index >= 0) queue.splice(index, 1);
    }
    const overrun = taken.info.taken?.();
    return overrun === undefined ? taken : { ...taken, info: { ...taken.info, uid: overrun } };
  }

  /** signal_pending(): whether an interruptible wait would end. */
  get interrupts(): boolean {
    return this.hasPending && this.#find((signal) => this.#isDeliverable(signal)) !== undefined;
  }

  /** What a child inherits: the actions and the mask, nothing that is pending. */
  fork(into: Signals): void {
    for (const [signal, action] of this.#shared.actions) into.setAction(signal, action);
    into.blocked = this.blocked;
  }

  /** execve() keeps what is ignored and forgets handlers. */
  forgetHandlers(): void {
    for (const [signal, action] of this.#shared.actions)
      if (action.disposition === 'handler') this.#shared.actions.delete(signal);
  }
}

/** send_signal() to one thread: it wakes where the signal is not blocked or ignored. */
export function sendSignal(task: Task, signal: number, info: SignalInfo = fromKernel): void {
  if (!task.isAlive || isThrownAway(task, signal)) return;
  task.signals.post(signal, info);
  if (task.signals.interrupts) task.wake();
  task.signals.arrivals.wakeAll();
}

/** send_signal() to a process: a thread that wants it wakes, and is returned. */
export function sendToProcess(leader: Task, signal: number, info: SignalInfo = fromKernel): Task | undefined {
  const thread = threadFor(leader, signal);
  if (leader.group.alive.size === 0 || isThrownAway(thread, signal)) return undefined;
  thread.signals.post(signal, info, true);
  const wants = thread.signals.interrupts;
  if (wants) thread.wake();
  thread.signals.arrivals.wakeAll();
  return wants ? thread : undefined;
}

function isThrownAway(task: Task, signal: number): boolean {
  const own = task.signals;
  if (signal === signals.SIGKILL || own.isBlocked(signal) || (own.awaited & bitOf(signal)) !== 0n)
    return false;
  return own.isIgnored(signal);
}

/** complete_signal(): the first thread that wants it, or the leader. */
export function threadFor(leader: Task, signal: number): Task {
  const wants = ({ isAlive, signals: own }: Task) =>
    isAlive && (!own.isBlocked(signal) || (own.awaited & bitOf(signal)) !== 0n);
  if (wants(leader)) return leader;
  return [...leader.group.alive].find(wants) ?? leader;
}
