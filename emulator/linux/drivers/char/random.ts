import { seededNumbers } from '../../../base/random.ts';

/**
 * Random bytes of a boot: the same for the same seed, in the order in which they are asked for. Plays the output side of
 * drivers/char/random.c; the pool is ready from the start, so that nobody ever waits.
 */
export class RandomSource {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededNumbers(seed ^ 0x72616e64);
  }

  bytes(lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(lengthBytes / 4) * 4);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < lengthBytes; at += 4) view.setUint32(at, this.#next(), true);
    return bytes.subarray(0, lengthBytes);
  }
}
