import type { Kernel } from '../init/kernel.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { lastSignal, signals } from '../uapi/signal.ts';
import { capable } from './cred.ts';
import { endTask } from './exit.ts';
import type { Task } from './task.ts';

/** Signals. Plays kernel/signal.c; nothing stops or continues, and each signal is some thread's, never the process's. */

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

/** SA_RESTART and SA_RESETHAND of include/uapi/asm-generic/signal-defs.h. */
const SA_RESTART = 0x1000_0000n;
const SA_RESETHAND = 0x8000_0000n;

/** A thread's signals: what is pending, blocked and, with the others of its process, handled. */
export class Signals {
  readonly #actions: Map<number, SignalAction>;
  readonly #pending: number[] = [];
  /** Bit n-1 for signal n. */
  blocked = 0n;
  /** Signals that reached a handler of the process, for user space to call it. */
  readonly delivered: number[] = [];
  /** The action that held when a signal was delivered, where it was reset since. */
  readonly deliveredWith = new Map<number, SignalAction>();

  /** `shared` are those of a thread of the same process: the actions are common. */
  constructor(shared?: Signals) {
    this.#actions = shared === undefined ? new Map() : shared.#actions;
  }

  /** Signals that are pending, as a mask. */
  get pendingMask(): bigint {
    return this.#pending.reduce((mask, signal) => mask | (1n << BigInt(signal - 1)), 0n);
  }

  /** Whether every handler that was just called lets the interrupted call be made again. */
  get restartsCalls(): boolean {
    return this.delivered.every((signal) => (this.action(signal).flags & SA_RESTART) !== 0n);
  }

  /** Whether anything waits; the cheap question after each call. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  action(signal: number): SignalAction {
    return this.#actions.get(signal) ?? defaultAction;
  }

  setAction(signal: number, action: SignalAction): void {
    this.#actions.set(signal, action);
  }

  isBlocked(signal: number): boolean {
    if (signal === signals.SIGKILL || signal === signals.SIGSTOP) return false;
    return (this.blocked & (1n << BigInt(signal - 1))) !== 0n;
  }

  /** Whether a signal would be thrown away as soon as it is sent. */
  isIgnored(signal: number): boolean {
    const { disposition } = this.action(signal);
    return disposition === 'ignore' || (disposition === 'default' && ignoredByDefault.has(signal));
  }

  post(signal: number): void {
    if (!this.#pending.includes(signal)) this.#pending.push(signal);
  }

  /** fatal_signal_pending() */
  get isKilled(): boolean {
    return this.#pending.includes(signals.SIGKILL);
  }

  /** The next signal that may be delivered; SIGKILL first. */
  take(): number | undefined {
    const kill = this.#pending.indexOf(signals.SIGKILL);
    const index = kill >= 0 ? kill : this.#pending.findIndex((signal) => !this.isBlocked(signal));
    return index < 0 ? undefined : this.#pending.splice(index, 1)[0];
  }

  /** signal_pending(): whether an interruptible wait would end. */
  get interrupts(): boolean {
    return this.#pending.some((signal) => !this.isBlocked(signal));
  }

  /** What a child inherits: the actions and the mask, nothing that is pending. */
  fork(into: Signals): void {
    for (const [signal, action] of this.#actions) into.setAction(signal, action);
    into.blocked = this.blocked;
  }

  /** execve() keeps what is ignored and forgets handlers. */
  forgetHandlers(): void {
    for (const [signal, action] of this.#actions)
      if (action.disposition === 'handler') this.#actions.delete(signal);
  }
}

/** send_signal(): a sleeping task wakes where the signal is not blocked or ignored. */
export function sendSignal(task: Task, signal: number): void {
  if (!task.isAlive) return;
  if (signal !== signals.SIGKILL && task.signals.isIgnored(signal) && !task.signals.isBlocked(signal)) return;
  task.signals.post(signal);
  if (task.signals.interrupts) task.wake();
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
  for (let signal = task.signals.take(); signal !== undefined && task.isAlive; signal = task.signals.take()) {
    if (signal === signals.SIGALRM) task.group.realTimer?.rearm();
    const { disposition } = task.signals.action(signal);
    if (signal !== signals.SIGKILL && disposition === 'handler') callHandler(task.signals, signal);
    else if (signal === signals.SIGKILL || !(task.signals.isIgnored(signal) || stops.has(signal))) {
      endTask(kernel, task, { kind: 'killed', signal });
    }
  }
}

function callHandler(own: Signals, signal: number): void {
  own.delivered.push(signal);
  const action = own.action(signal);
  own.deliveredWith.set(signal, action);
  if ((action.flags & SA_RESETHAND) !== 0n) own.setAction(signal, defaultAction);
}

/** kill(): to a process, or to every one but the caller's and process 1; the errno of the first refusal, or 0. */
export function kill(kernel: Kernel, sender: Task, pid: number, signal: number): Errno {
  if (signal < 0 || signal > lastSignal) return -errno.EINVAL;
  const own = sender.group.leader;
  const targets =
    pid > 0
      ? [kernel.tasks.byPid(pid)?.group.leader]
      : kernel.tasks.processes.filter((task) => task.pid > 1 && (pid !== -1 || task !== own));
  const found = targets.filter((task) => task !== undefined);
  if (found.length === 0) return -errno.ESRCH;
  const allowed = found.filter((target) => maySignal(sender, target));
  if (allowed.length === 0) return -errno.EPERM;
  if (signal === 0) return 0;
  for (const target of allowed) signalTask(kernel, sender, threadFor(target, signal), signal);
  return 0;
}

/** tgkill(), tkill(): to one thread. `processId` must be that of the thread where it is given. */
export function killThread(
  kernel: Kernel,
  sender: Task,
  processId: number | undefined,
  threadId: number,
  signal: number,
): Errno {
  if (threadId <= 0 || (processId !== undefined && processId <= 0)) return -errno.EINVAL;
  const target = kernel.tasks.byPid(threadId);
  if (target === undefined || (processId !== undefined && target.tgid !== processId)) return -errno.ESRCH;
  if (signal < 0 || signal > lastSignal) return -errno.EINVAL;
  if (!maySignal(sender, target)) return -errno.EPERM;
  if (signal !== 0) signalTask(kernel, sender, target, signal);
  return 0;
}

function signalTask(kernel: Kernel, sender: Task, target: Task, signal: number): void {
  sendSignal(target, signal);
  if (target !== sender) deliverSignals(kernel, target);
}

/** complete_signal(): the first thread that wants it, or the leader. */
export function threadFor(leader: Task, signal: number): Task {
  const wants = (task: Task) => task.isAlive && !task.signals.isBlocked(signal);
  if (wants(leader)) return leader;
  return [...leader.group.alive].find(wants) ?? leader;
}

/** kill_ok_by_cred() */
function maySignal(sender: Task, target: Task): boolean {
  if (sender.group === target.group) return true;
  return sender.credentials.uid === target.credentials.uid || capable(sender.credentials, 'CAP_KILL');
}
