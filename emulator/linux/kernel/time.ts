const KTIME_MAX = 2n ** 63n - 1n;

/** A time as ktime_t holds it: whatever lies later never comes. */
export function asKtime(nanoseconds: bigint): bigint {
  if (nanoseconds > KTIME_MAX) return KTIME_MAX;
  return nanoseconds;
}

/** As much as counts exactly in a number; what is more goes to the epoch. */
const mostNanoseconds = 2 ** 52;

/** Virtual time. Nothing in an emulated kernel reads the host's clock; work takes the time that it is said to take. */
export class Clock {
  /** Time that passed before those nanoseconds: a sleep can last for centuries, and the next for a microsecond. */
  #epoch = 0n;
  #nanoseconds = 0;

  /** Nanoseconds since the kernel's first instruction. */
  get now(): bigint {
    return this.#epoch + BigInt(this.#nanoseconds);
  }

  /** As `now`, where every call counts; exact for fifty days. */
  get nanoseconds(): number {
    return Number(this.#epoch) + this.#nanoseconds;
  }

  advance(nanoseconds: bigint | number): void {
    if (typeof nanoseconds === 'number') this.#nanoseconds += nanoseconds;
    else this.#epoch += nanoseconds;
    if (this.#nanoseconds < mostNanoseconds) return;
    this.#epoch += BigInt(this.#nanoseconds);
    this.#nanoseconds = 0;
  }
}
