/** Virtual time. Nothing in an emulated kernel reads the host's clock. */
export class Clock {
  #nanoseconds = 0n;

  /** Nanoseconds since the kernel's first instruction. */
  get now(): bigint {
    return this.#nanoseconds;
  }

  advance(nanoseconds: bigint): void {
    this.#nanoseconds += nanoseconds;
  }
}
