import { timeoutAt } from '../fs/select.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { asKtime } from '../kernel/time.ts';
import type { Errno } from '../uapi/errno.ts';

/**
 * When a call gives up whose time stands at an address, as a moment or from now on. A call that is begun anew after a wait
 * keeps its first deadline. Undefined for a null pointer, -errno where it is no time.
 */
export function deadlineAt(
  kernel: Kernel,
  task: Task,
  address: number,
  absolute: boolean,
): bigint | undefined | Errno {
  if (task.deadline !== undefined) return task.deadline;
  const timeout = timeoutAt(task, address);
  if (typeof timeout !== 'bigint') return timeout;
  task.deadline = asKtime(absolute ? timeout : kernel.clock.now + timeout);
  return task.deadline;
}
