import type { Kernel } from '../init/kernel.ts';
import { signals } from '../uapi/signal.ts';
import { forwarded } from './hrtimer.ts';
import { signalProcess } from './signal.ts';
import type { ThreadGroup } from './task.ts';
import { asKtime } from './time.ts';

/**
 * The real-time interval timer of a process. Plays kernel/time/itimer.c; virtual and profiling ones are not there. The
 * next interval begins when the signal of the last one is taken, not before: who ignores or blocks SIGALRM gets one
 * signal, not one for each interval.
 */
export class RealTimer {
  readonly #kernel: Kernel;
  readonly #group: ThreadGroup;
  #intervalNanoseconds = 0n;
  #expires = 0n;
  /** Calls the armed timer off. */
  #cancel: (() => void) | undefined = undefined;

  constructor(kernel: Kernel, group: ThreadGroup) {
    this.#kernel = kernel;
    this.#group = group;
  }

  get intervalNanoseconds(): bigint {
    return this.#intervalNanoseconds;
  }

  /** How long it still has to go: at least one microsecond while it is armed, 0 where it isn't. */
  get remainingNanoseconds(): bigint {
    if (this.#cancel === undefined) return 0n;
    const left = this.#expires - this.#kernel.clock.now;
    return left > 1000n ? left : 1000n;
  }

  /** Starts anew; a first time of 0 disarms it. */
  set(firstNanoseconds: bigint, intervalNanoseconds: bigint): void {
    this.disarm();
    this.#intervalNanoseconds = intervalNanoseconds;
    if (firstNanoseconds > 0n) this.#arm(this.#kernel.clock.now + firstNanoseconds);
  }

  disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** The part of dequeue_signal() for SIGALRM: on to the first end of an interval that is still to come. */
  rearm(): void {
    const interval = this.#intervalNanoseconds;
    if (interval === 0n || this.#cancel !== undefined) return;
    this.#arm(forwarded(this.#expires, interval, this.#kernel.clock.now).next);
  }

  #arm(when: bigint): void {
    this.#expires = asKtime(when);
    this.#cancel = this.#kernel.timers.at(this.#expires, () => this.#fire());
  }

  /** it_real_fn() */
  #fire(): void {
    this.#cancel = undefined;
    signalProcess(this.#kernel, this.#group.leader, signals.SIGALRM);
  }
}
