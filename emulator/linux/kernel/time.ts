/** ktime_t ends here: whatever lies later never comes. */
const KTIME_MAX = 2n ** 63n - 1n;

/** A time as ktime_t holds it. */
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
  #roughEpoch = 0;
  #nanoseconds = 0;

  /** Nanoseconds since the kernel's first instruction. */
  get now(): bigint {
    return this.#epoch + BigInt(this.#nanoseconds);
  }

  /** As `now`, where every call counts; exact for fifty days. */
  get nanoseconds(): number {
    return this.#roughEpoch + this.#nanoseconds;
  }

  /** Lets time pass. */
  advance(nanoseconds: bigint | number): void {
    if (typeof nanoseconds === 'bigint') {
      this.#addToEpoch(nanoseconds);
      return;
    }
    this.#nanoseconds += nanoseconds;
    if (this.#nanoseconds < mostNanoseconds) return;
    this.#addToEpoch(BigInt(this.#nanoseconds));
    this.#nanoseconds = 0;
  }

  #addToEpoch(nanoseconds: bigint): void {
    this.#epoch += nanoseconds;
    this.#roughEpoch = Number(this.#epoch);
  }
}
