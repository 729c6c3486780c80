import { seededNumbers } from '../../../base/random.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../task.ts';

/**
 * Who runs next, on the one processor that there is. Plays the part of kernel/sched/core.c that programs can notice:
 * between two system calls of a process, others may run. Deviations: no priorities, no preemption within user code.
 */

/** Picks one of `count` who can run; 0 is the one who has waited longest. */
export type PickOrder = (count: number) => number;

/** One after the other, in the order in which they began. */
export const roundRobin: PickOrder = () => 0;

/** At random, but the same for the same seed. */
export function shuffled(seed: number): PickOrder {
  const next = seededNumbers(seed);
  return (count) => next() % count;
}

/** Somebody who runs at times. */
export interface Runnable {
  /** False while it waits for something. */
  readonly isReady: boolean;
}

/** Those who want to run, as a line: who ran goes to its end, as do those who join. */
export class RunQueue<Member extends Runnable> {
  readonly #line: Member[] = [];
  readonly #order: PickOrder;

  constructor(order: PickOrder) {
    this.#order = order;
  }

  get isEmpty(): boolean {
    return this.#line.length === 0;
  }

  get members(): readonly Member[] {
    return this.#line;
  }

  enqueue(member: Member): void {
    this.#line.push(member);
  }

  /** Takes out the next one that can run; undefined where all wait. */
  pick(): Member | undefined {
    const index = this.#order === roundRobin ? this.#firstReady() : this.#anyReady();
    return index < 0 ? undefined : this.#line.splice(index, 1)[0];
  }

  /** Where many could run, the rest of the line need not be looked at. */
  #firstReady(): number {
    return this.#line.findIndex((member) => member.isReady);
  }

  #anyReady(): number {
    const ready = this.#line.flatMap((member, index) => (member.isReady ? [index] : []));
    return ready[this.#order(Math.max(1, ready.length))] ?? -1;
  }
}

/**
 * The idle task: lets virtual time pass until a timer or the end of somebody's wait, and wakes them. False where
 * nothing is set to happen: those who wait do so for ever.
 */
export function passIdleTime(kernel: Kernel, waiting: readonly Task[]): boolean {
  const times = waiting
    .map((task) => (task.state === 'blocked' ? task.wait?.deadline : undefined))
    .concat(kernel.timers.next)
    .filter((time) => time !== undefined);
  const [next] = times.toSorted((a, b) => (a < b ? -1 : 1));
  if (next === undefined) return false;
  kernel.timers.advanceTo(next);
  for (const task of waiting) {
    const deadline = task.wait?.deadline;
    if (task.state === 'blocked' && deadline !== undefined && deadline <= kernel.clock.now) task.wake();
  }
  return true;
}
