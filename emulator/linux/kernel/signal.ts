import type { Kernel } from '../init/kernel.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { lastSignal, signals } from '../uapi/signal.ts';
import { capable } from './cred.ts';
import { endTask } from './exit.ts';
import { type PendingSignal, SI_TKILL, SI_USER, type SignalInfo } from './signal-info.ts';
import { defaultAction, SA_RESETHAND, type Signals, sendSignal, sendToProcess } from './sigpending.ts';
import type { Task } from './task.ts';

/** What signals do. Plays the receiving half of kernel/signal.c, and kill(); nothing stops or continues. */

const stops: ReadonlySet<number> = new Set([
  signals.SIGSTOP,
  signals.SIGTSTP,
  signals.SIGTTIN,
  signals.SIGTTOU,
]);

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

/** kill_ok_by_cred() */
function maySignal(sender: Task, target: Task): boolean {
  if (sender.group === target.group) return true;
  return sender.credentials.uid === target.credentials.uid || capable(sender.credentials, 'CAP_KILL');
}
