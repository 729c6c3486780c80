import type { Clock } from './time.ts';

interface Timer {
  readonly when: bigint;
  readonly fire: () => void;
}

/**
 * What happens at a later virtual time. Plays kernel/time/hrtimer.c. Time moves only when somebody has to
 * wait for it.
 */
export class Timers {
  readonly #clock: Clock;
  #timers: Timer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `fire` at a time; returns the function that calls it off. */
  at(when: bigint, fire: () => void): () => void {
    const timer: Timer = { when, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** When the next one is due. */
  get next(): bigint | undefined {
    return this.#earliest()?.when;
  }

  #earliest(): Timer | undefined {
    return this.#timers.reduce<Timer | undefined>((best, timer) => {
      if (best === undefined || timer.when < best.when) return timer;
      return best;
    }, undefined);
  }

  /** Fires what has become due while the processor was busy. */
  catchUp(): void {
    if (this.#timers.length > 0) this.advanceTo(this.#clock.now);
  }

  /** Moves the clock to `until` and fires what is due on the way, in order. */
  advanceTo(until: bigint): void {
    for (let timer = this.#earliest(); timer !== undefined && timer.when <= until; timer = this.#earliest()) {
      const due = timer;
      this.#timers = this.#timers.filter((other) => other !== due);
      if (due.when > this.#clock.now) this.#clock.advance(due.when - this.#clock.now);
      due.fire();
    }
    if (until > this.#clock.now) this.#clock.advance(until - this.#clock.now);
  }
}
