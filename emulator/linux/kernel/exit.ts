import type { Kernel } from '../init/kernel.ts';
import { releaseMemory } from '../mm/mmap.ts';
import { signals } from '../uapi/signal.ts';
import type { ExitStatus } from '../uapi/wait.ts';
import type { Task } from './task.ts';

/** The end of processes. Plays kernel/exit.c. */

/** do_exit(): memory and descriptors go, children move to process 1, the parent is told. */
export function endTask(kernel: Kernel, task: Task, status: ExitStatus): void {
  if (!task.isAlive) return;
  task.wake();
  const cause = status.kind === 'exited' ? 'exit' : 'killed';
  task.exitStatus = status;
  task.state = 'zombie';
  task.memory.users -= 1;
  if (task.memory.users === 0) releaseMemory(kernel, task, cause);
  task.files.users -= 1;
  if (task.files.users === 0) task.files.closeAll(kernel, cause, task);
  kernel.timers.cancelAll(task);
  adoptChildren(kernel, task);
  tellParent(kernel, task);
}

function adoptChildren(kernel: Kernel, task: Task): void {
  const { init } = kernel.tasks;
  for (const child of [...task.children]) {
    task.children.delete(child);
    child.parent = init;
    if (child.state === 'zombie') kernel.tasks.remove(child);
    else init?.children.add(child);
  }
}

/** A parent that ignores SIGCHLD, and process 1, never ask; nobody is left to keep the zombie for. */
function tellParent(kernel: Kernel, task: Task): void {
  const { parent } = task;
  const ignores = parent?.signals.action(signals.SIGCHLD).disposition === 'ignore';
  if (parent === undefined || parent === kernel.tasks.init || !parent.isAlive || ignores)
    kernel.tasks.remove(task);
  if (parent === undefined || !parent.isAlive) return;
  if (parent.signals.action(signals.SIGCHLD).disposition === 'handler') parent.signals.post(signals.SIGCHLD);
  parent.childEvents.wakeAll();
}
