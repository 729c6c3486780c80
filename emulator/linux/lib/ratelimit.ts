import type { Printk } from '../kernel/printk.ts';
import type { Clock } from '../kernel/time.ts';

const intervalNs = 5_000_000_000n;
const burst = 10;

/** printk's rate limit: ten messages in five seconds, then silence and a count. Plays lib/ratelimit.c. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #log: Printk;
  readonly #caller: string;
  #begin: bigint | undefined;
  #printed = 0;
  #missed = 0;

  constructor(clock: Clock, log: Printk, caller: string) {
    this.#clock = clock;
    this.#log = log;
    this.#caller = caller;
  }

  /** Whether a message may be printed now. */
  allows(): boolean {
    const now = this.#clock.now;
    this.#begin ??= now;
    if (now > this.#begin + intervalNs) {
      if (this.#missed > 0) this.#log.warn(`${this.#caller}: ${this.#missed} callbacks suppressed`);
      this.#begin = now;
      this.#printed = 0;
      this.#missed = 0;
    }
    if (this.#printed < burst) {
      this.#printed += 1;
      return true;
    }
    this.#missed += 1;
    return false;
  }
}
