/**
 * Wait queues. Plays kernel/sched/wait.c.
 * Whoever waits leaves a function; a wake-up calls each once, in the order in which they came.
 */
export class WaitQueue {
  readonly #waiters = new Set<() => void>();

  /** Adds a waiter and returns the function that takes it out again. */
  add(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => {
      this.#waiters.delete(wake);
    };
  }

  /** wake_up_all() */
  wakeAll(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/**
 * Answer of a call whose task went to sleep (-ERESTARTSYS, which user space never sees): the call is to be
 * made again, with the same registers, once the task is awake.
 */
export const blocked = -512;
