import type { Kernel } from '../init/kernel.ts';
import { signals } from '../uapi/signal.ts';
import { deliverSignals, sendSignal } from './signal.ts';
import type { Task } from './task.ts';

/** The real-time interval timer of a process. Plays kernel/time/itimer.c; virtual and profiling ones are not there. */
export function setRealTimer(
  kernel: Kernel,
  task: Task,
  firstNanoseconds: bigint,
  intervalNanoseconds: bigint,
): void {
  if (firstNanoseconds === 0n) return;
  const fire = () => {
    if (!task.isAlive) return;
    setRealTimer(kernel, task, intervalNanoseconds, intervalNanoseconds);
    sendSignal(task, signals.SIGALRM);
    if (kernel.tasks.current !== task) deliverSignals(kernel, task);
  };
  kernel.timers.at(kernel.clock.now + firstNanoseconds, fire, task);
}
