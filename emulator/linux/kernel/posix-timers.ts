import type { Kernel } from '../init/kernel.ts';
import { forwarded, remainingTime } from './hrtimer.ts';
import { signalProcess } from './signal.ts';
import { SI_TIMER, type SignalInfo } from './signal-info.ts';
import { sendSignal } from './sigpending.ts';
import type { Task } from './task.ts';
import { asKtime } from './time.ts';

/** What a timer does when its time has come (struct sigevent). */
export interface TimerEvent {
  /** Undefined where nobody is told (SIGEV_NONE). */
  readonly signal: number | undefined;
  readonly value: bigint;
  /** The thread that is told; the process where none is named. */
  readonly thread: Task | undefined;
}

/**
 * A timer of a process. Plays kernel/time/posix-timers.c: while its signal is pending it stands still, and how often it
 * would have run out meanwhile is told with the signal.
 */
export class PosixTimer {
  readonly #kernel: Kernel;
  readonly #leader: Task;
  readonly #number: number;
  readonly #event: TimerEvent;
  #expires = 0n;
  #isSet = false;
  #cancel: (() => void) | undefined = undefined;
  intervalNanoseconds = 0n;
  /** timer_getoverrun(): of the signal that was taken last. */
  overrun = 0;

  constructor(kernel: Kernel, leader: Task, number: number, event: TimerEvent) {
    this.#kernel = kernel;
    this.#leader = leader;
    this.#number = number;
    this.#event = event;
  }

  /** How long it still has to go; 0 where it is not armed. */
  get remainingNanoseconds(): bigint {
    if (!this.#isSet) return 0n;
    return remainingTime(this.#expires, this.intervalNanoseconds, this.#kernel.clock.now);
  }

  /** Starts anew at a time; undefined disarms it. */
  set(expires: bigint | undefined, intervalNanoseconds: bigint): void {
    this.disarm();
    this.intervalNanoseconds = intervalNanoseconds;
    if (expires !== undefined) this.#arm(expires);
  }

  disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isSet = false;
  }

  #arm(when: bigint): void {
    this.#isSet = true;
    this.#expires = asKtime(when);
    this.#cancel = this.#kernel.timers.at(this.#expires, () => this.#fire());
  }

  /** posix_timer_fn() */
  #fire(): void {
    this.#cancel = undefined;
    this.#isSet = this.intervalNanoseconds > 0n;
    const { signal, value, thread } = this.#event;
    if (signal === undefined) return;
    const info: SignalInfo = {
      code: SI_TIMER,
      pid: this.#number,
      uid: 0,
      value,
      taken: () => this.#rearm(),
    };
    if (thread?.isAlive) sendSignal(thread, signal, info);
    else signalProcess(this.#kernel, this.#leader, signal, info);
  }

  /** posixtimer_rearm(): on to the first end of an interval that is still to come; gives how many were missed. */
  #rearm(): number {
    const interval = this.intervalNanoseconds;
    if (interval === 0n || this.#cancel !== undefined || !this.#isSet) return 0;
    const { ends, next } = forwarded(this.#expires, interval, this.#kernel.clock.now);
    this.#arm(next);
    this.overrun = Math.min(Number(ends - 1n), 0x7fff_ffff);
    return this.overrun;
  }
}
