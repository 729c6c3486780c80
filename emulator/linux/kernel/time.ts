/**
 * Virtual time. Nothing in an emulated kernel reads the host's clock; work takes the time that it is said to take.
 * A number of nanoseconds, exact for a hundred days.
 */
export class Clock {
  #nanoseconds = 0;

  /** Nanoseconds since the kernel's first instruction. */
  get now(): bigint {
    return BigInt(this.#nanoseconds);
  }

  /** As `now`, where every call counts. */
  get nanoseconds(): number {
    return this.#nanoseconds;
  }

  advance(nanoseconds: bigint | number): void {
    this.#nanoseconds += Number(nanoseconds);
  }
}
