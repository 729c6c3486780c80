import type { Kernel } from '../init/kernel.ts';
import { releaseMemory } from '../mm/mmap.ts';
import { putUserInt32 } from '../mm/uaccess.ts';
import { signals } from '../uapi/signal.ts';
import type { ExitStatus } from '../uapi/wait.ts';
import { CLD_EXITED, CLD_KILLED, type SignalInfo } from './signal-info.ts';
import { sendToProcess } from './sigpending.ts';
import type { Task } from './task.ts';

/** The end of processes. Plays kernel/exit.c. */

/** do_group_exit(): the whole process ends, every thread of it. */
export function endTask(kernel: Kernel, task: Task, status: ExitStatus): void {
  if (!task.isAlive) return;
  const { group } = task;
  group.status = status;
  for (const other of [...group.alive]) if (other !== task) endThread(kernel, other, status);
  endThread(kernel, task, status);
}

/**
 * do_exit(): the thread's hold on memory and descriptors goes. With the last thread the process ends: children move to
 * process 1, and the parent is told.
 */
export function endThread(kernel: Kernel, task: Task, status: ExitStatus): void {
  if (!task.isAlive) return;
  const { group } = task;
  task.wake();
  clearThreadId(kernel, task);
  const cause = status.kind === 'exited' ? 'exit' : 'killed';
  task.exitStatus = status;
  task.state = 'zombie';
  task.memory.users -= 1;
  if (task.memory.users === 0) releaseMemory(kernel, task, cause);
  task.files.users -= 1;
  if (task.files.users === 0) task.files.closeAll(kernel, cause, task);
  group.alive.delete(task);
  if (task.isThread) kernel.tasks.remove(task);
  if (group.alive.size > 0) return;
  group.realTimer?.disarm();
  for (const timer of group.timers.values()) timer.disarm();
  const { leader } = group;
  leader.exitStatus = group.status ?? status;
  adoptChildren(kernel, leader);
  tellParent(kernel, leader);
}

/** mm_release(): whoever joins a thread waits for this word to become 0. */
function clearThreadId(kernel: Kernel, task: Task): void {
  if (task.clearChildTid === 0 || task.memory.users < 2) return;
  if (putUserInt32(task, task.clearChildTid, 0)) kernel.futexes.wake(task, task.clearChildTid, 1);
}

function adoptChildren(kernel: Kernel, task: Task): void {
  const { init } = kernel.tasks;
  for (const child of [...task.children]) {
    task.children.delete(child);
    child.parent = init;
    if (child.state === 'zombie' && !asks(init)) kernel.tasks.remove(child);
    else init?.children.add(child);
  }
}

/** Whether process 1 runs a program, which will ask how its children ended. */
function asks(init: Task | undefined): boolean {
  return init?.executed !== undefined;
}

/** A parent that ignores SIGCHLD, and a process 1 without a program, never ask; nobody is left to keep the zombie for. */
function tellParent(kernel: Kernel, task: Task): void {
  const { parent } = task;
  const ignores = parent?.signals.action(signals.SIGCHLD).disposition === 'ignore';
  if (parent === undefined || !parent.isAlive || ignores || (parent === kernel.tasks.init && !asks(parent)))
    kernel.tasks.remove(task);
  if (parent === undefined || !parent.isAlive) return;
  sendToProcess(parent, signals.SIGCHLD, aboutChild(task));
  parent.childEvents.wakeAll();
}

/** What SIGCHLD and waitid() tell. */
export function aboutChild({ pid, credentials, exitStatus }: Task): SignalInfo {
  const isExit = exitStatus?.kind !== 'killed';
  const value = BigInt(exitStatus?.kind === 'killed' ? exitStatus.signal : (exitStatus?.code ?? 0));
  return { code: isExit ? CLD_EXITED : CLD_KILLED, pid, uid: credentials.uid, value };
}
