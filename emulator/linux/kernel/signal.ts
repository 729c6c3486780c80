import type { Kernel } from '../init/kernel.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { lastSignal, signals } from '../uapi/signal.ts';
import { capable } from './cred.ts';
import { endTask } from './exit.ts';
import { WaitQueue } from './sched/wait.ts';
import { fromKernel, type PendingSignal, SI_TKILL, SI_USER, type SignalInfo } from './signal-info.ts';
import type { Task } from './task.ts';

/** Signals. Plays kernel/signal.c; nothing stops or continues. */

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

const defaultAction: SignalAction = { disposition: 'default', handler: 0n, flags: 0n, mask: 0n };

/** Signals that do nothing unless somebody handles them. */
const ignoredByDefault: ReadonlySet<number> = new Set([
  signals.SIGCHLD,
  signals.SIGCONT,
  signals.SIGURG,
  signals.SIGWINCH,
]);
const stops: ReadonlySet<number> = new Set([
  signals.SIGSTOP,
  signals.SIGTSTP,
  signals.SIGTTIN,
  signals.SIGTTOU,
]);

/** SA_NODEFER, SA_RESTART and SA_RESETHAND of include/uapi/asm-generic/signal-defs.h. */
const SA_NODEFER = 0x4000_0000n;
const SA_RESTART = 0x1000_0000n;
const SA_RESETHAND = 0x8000_0000n;

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

/** A signal that the process cannot block or ignore, since it caused it: force_sig_fault(). */
export function forceSignal(task: Task, signal: number): void {
  const action = task.signals.action(signal);
  if (action.disposition === 'ignore' || task.signals.isBlocked(signal)) {
    task.signals.setAction(signal, defaultAction);
    task.signals.blocked &= ~(1n << BigInt(signal - 1));
  }
  sendSignal(task, signal);
}

/** get_signal(): acts on what is pending, on the way back to user space. The task may be dead afterwards. */
export function deliverSignals(kernel: Kernel, task: Task): void {
  for (let next = task.signals.take(); next !== undefined && task.isAlive; next = task.signals.take()) {
    const { signal } = next;
    if (signal === signals.SIGALRM) task.group.realTimer?.rearm();
    const { disposition } = task.signals.action(signal);
    if (signal !== signals.SIGKILL && disposition === 'handler') callHandler(task.signals, next);
    else if (signal === signals.SIGKILL || !(task.signals.isIgnored(signal) || stops.has(signal))) {
      endTask(kernel, task, { kind: 'killed', signal });
    }
  }
}

function callHandler(own: Signals, { signal, info }: PendingSignal): void {
  const action = own.action(signal);
  own.delivered.push(signal);
  own.deliveredWith.set(signal, { action, info });
  if ((action.flags & SA_RESETHAND) !== 0n) own.setAction(signal, defaultAction);
}

/** Whom kill() means: one process, a process group, or every one but the caller's and process 1. */
function targetsOf(kernel: Kernel, sender: Task, pid: number): readonly Task[] {
  if (pid > 0) {
    const leader = kernel.tasks.byPid(pid)?.group.leader;
    return leader === undefined ? [] : [leader];
  }
  const own = sender.group.leader;
  if (pid === -1) return kernel.tasks.processes.filter((task) => task.pid > 1 && task !== own);
  const group = pid === 0 ? own.group.processGroup : -pid;
  return kernel.tasks.processes.filter((task) => task.group.processGroup === group);
}

/** kill(), and rt_sigqueueinfo() with its own `info`; the errno of the first refusal, or 0. */
export function kill(kernel: Kernel, sender: Task, pid: number, signal: number, info?: SignalInfo): Errno {
  if (signal < 0 || signal > lastSignal) return -errno.EINVAL;
  const found = targetsOf(kernel, sender, pid);
  if (found.length === 0) return -errno.ESRCH;
  const allowed = found.filter((target) => maySignal(sender, target));
  if (allowed.length === 0) return -errno.EPERM;
  if (signal === 0) return 0;
  for (const target of allowed) signalProcess(kernel, target, signal, info ?? fromUser(sender, SI_USER));
  return 0;
}

/** As sendToProcess(); what is fatal ends the process at once, unless it is its own call that is being made. */
export function signalProcess(kernel: Kernel, leader: Task, signal: number, info?: SignalInfo): void {
  const thread = sendToProcess(leader, signal, info);
  if (thread !== undefined && thread !== kernel.tasks.current) deliverSignals(kernel, thread);
}

function fromUser(sender: Task, code: number): SignalInfo {
  return { code, pid: sender.tgid, uid: sender.credentials.uid, value: 0n };
}

/** tgkill(), tkill() and rt_tgsigqueueinfo(): to one thread. `processId` must be that of the thread where it is given. */
export function killThread(
  kernel: Kernel,
  sender: Task,
  processId: number | undefined,
  threadId: number,
  signal: number,
  info: SignalInfo = fromUser(sender, SI_TKILL),
): Errno {
  if (threadId <= 0 || (processId !== undefined && processId <= 0)) return -errno.EINVAL;
  const target = kernel.tasks.byPid(threadId);
  if (target === undefined || (processId !== undefined && target.tgid !== processId)) return -errno.ESRCH;
  if (signal < 0 || signal > lastSignal) return -errno.EINVAL;
  if (!maySignal(sender, target)) return -errno.EPERM;
  if (signal === 0) return 0;
  sendSignal(target, signal, info);
  if (target !== sender) deliverSignals(kernel, target);
  return 0;
}

/** complete_signal(): the first thread that wants it, or the leader. */
export function threadFor(leader: Task, signal: number): Task {
  const wants = ({ isAlive, signals: own }: Task) =>
    isAlive && (!own.isBlocked(signal) || (own.awaited & bitOf(signal)) !== 0n);
  if (wants(leader)) return leader;
  return [...leader.group.alive].find(wants) ?? leader;
}

/** kill_ok_by_cred() */
function maySignal(sender: Task, target: Task): boolean {
  if (sender.group === target.group) return true;
  return sender.credentials.uid === target.credentials.uid || capable(sender.credentials, 'CAP_KILL');
}
