import { getUserInt32 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { blocked } from './sched/wait.ts';
import type { Task } from './task.ts';

/**
 * Words of user memory that threads wait at. Plays kernel/futex of all releases; priority inheritance, robust lists and
 * futex_waitv() are not modelled.
 */

/** Somebody who waits at a word. */
export interface FutexWaiter {
  readonly task: Task;
  readonly bitset: number;
  /** Set by whoever woke it: the call begins anew, and now ends well. */
  woken: boolean;
}

/** One word: a physical address where its page is shared or present, else a place in one address space. */
type Key = string;

/** All words at which anybody waits, each with who waits there, the oldest first. */
export class Futexes {
  readonly #waiters = new Map<Key, FutexWaiter[]>();
  /** Names for address spaces that share nothing. */
  readonly #spaces = new WeakMap<object, number>();
  #spaceCount = 0;

  /** FUTEX_WAIT_BITSET; `deadline` is in the kernel's time. Restarted after each wake-up. */
  wait(
    task: Task,
    now: bigint,
    facts: { readonly address: number; readonly value: number; readonly bitset: number },
    deadline: bigint | undefined,
  ): Errno {
    const waiter = task.futexWaiter;
    if (waiter?.woken) return 0;
    if (waiter !== undefined && deadline !== undefined && now >= deadline) {
      this.#forget(waiter);
      return -errno.ETIMEDOUT;
    }
    if (waiter === undefined) {
      const seen = getUserInt32(task, facts.address);
      if (seen === undefined) return -errno.EFAULT;
      if (seen !== (facts.value | 0)) return -errno.EAGAIN;
      this.#join(task, facts.address, facts.bitset);
    }
    task.block({ queues: [], deadline });
    return blocked;
  }

  #join(task: Task, address: number, bitset: number): void {
    const key = this.#keyOf(task, address);
    const waiter: FutexWaiter = { task, bitset, woken: false };
    task.futexWaiter = waiter;
    task.onInterrupted = () => this.#forget(waiter);
    const line = this.#waiters.get(key);
    if (line === undefined) this.#waiters.set(key, [waiter]);
    else line.push(waiter);
  }

  /** FUTEX_WAKE_BITSET: wakes at most `count`, one where that is not positive; how many. */
  wake(task: Task, address: number, count: number, bitset = -1): number {
    const most = Math.max(1, count);
    const line = this.#waiters.get(this.#keyOf(task, address)) ?? [];
    const chosen = line.filter((waiter) => waiter.task.isAlive && (waiter.bitset & bitset) !== 0);
    for (const waiter of chosen.slice(0, most)) {
      waiter.woken = true;
      this.#forget(waiter);
      waiter.task.wake();
    }
    return Math.min(most, chosen.length);
  }

  /** FUTEX_CMP_REQUEUE: wakes some and lets others wait at another word; how many of both. */
  requeue(
    task: Task,
    address: number,
    target: number,
    counts: { readonly wake: number; readonly move: number },
  ): number {
    const woken = this.wake(task, address, counts.wake);
    const [from, to] = [this.#keyOf(task, address), this.#keyOf(task, target)];
    const moved = (this.#waiters.get(from) ?? []).slice(0, counts.move);
    for (const waiter of moved) this.#forget(waiter);
    if (moved.length > 0) this.#waiters.set(to, [...(this.#waiters.get(to) ?? []), ...moved]);
    return woken + moved.length;
  }

  #forget(waiter: FutexWaiter): void {
    for (const [key, line] of this.#waiters) {
      const index = line.indexOf(waiter);
      if (index < 0) continue;
      line.splice(index, 1);
      if (line.length === 0) this.#waiters.delete(key);
      return;
    }
  }

  #keyOf(task: Task, address: number): Key {
    const area = task.memory.find(address);
    const physical = area !== undefined && !area.copiesOnWrite && area.backing !== undefined;
    const place = physical ? task.memory.translateRead(address) : -1;
    if (place >= 0) return `p${place}`;
    return `v${this.#spaceOf(task.memory)}:${address}`;
  }

  #spaceOf(memory: object): number {
    const known = this.#spaces.get(memory);
    if (known !== undefined) return known;
    this.#spaceCount += 1;
    this.#spaces.set(memory, this.#spaceCount);
    return this.#spaceCount;
  }
}
