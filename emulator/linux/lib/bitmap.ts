const bitsPerWord = 32;

/** The bits of a word from `bit` upwards. */
function maskFrom(bit: number): number {
  return -1 << (bit & 31);
}

/** The bits of a word below `bit`; for a multiple of 32 all of them. */
function maskBelow(bit: number): number {
  return -1 >>> (-bit & 31);
}

/** Index of the lowest set bit of a word that is not 0. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/**
 * A bitmap over a typed array, worked on word by word. Plays lib/bitmap.c and lib/find_bit.c.
 * Deviation: words have 32 bits; `words` shows them as debugfs does.
 */
export class Bitmap {
  readonly length: number;
  readonly words: Uint32Array;
  #setCount = 0;
  /** No bit below this one is clear: where a search may start. */
  #firstClear = 0;

  constructor(length: number) {
    this.length = length;
    this.words = new Uint32Array(Math.ceil(length / bitsPerWord));
  }

  /** How many bits are set. */
  get setCount(): number {
    return this.#setCount;
  }

  test(bit: number): boolean {
    return (((this.words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  /** Sets `count` bits from `start`; they must be clear. */
  set(start: number, count: number): void {
    if (count <= 0) return;
    const { words } = this;
    const end = start + count;
    const first = start >>> 5;
    const last = (end - 1) >>> 5;
    if (first === last) {
      words[first] = (words[first] ?? 0) | (maskFrom(start) & maskBelow(end));
    } else {
      words[first] = (words[first] ?? 0) | maskFrom(start);
      if (last > first + 1) words.fill(0xffff_ffff, first + 1, last);
      words[last] = (words[last] ?? 0) | maskBelow(end);
    }
    this.#setCount += count;
    if (start === this.#firstClear) this.#firstClear = end;
  }

  /** Clears `count` bits from `start`; they must be set. */
  clear(start: number, count: number): void {
    if (count <= 0) return;
    const { words } = this;
    const end = start + count;
    const first = start >>> 5;
    const last = (end - 1) >>> 5;
    if (first === last) {
      words[first] = (words[first] ?? 0) & ~(maskFrom(start) & maskBelow(end));
    } else {
      words[first] = (words[first] ?? 0) & ~maskFrom(start);
      if (last > first + 1) words.fill(0, first + 1, last);
      words[last] = (words[last] ?? 0) & ~maskBelow(end);
    }
    this.#setCount -= count;
    if (start < this.#firstClear) this.#firstClear = start;
  }

  /** find_next_bit(): the first set bit at or behind `start` and before `limit`, else `limit`. */
  nextSet(start: number, limit = this.length): number {
    if (start >= limit) return limit;
    const { words } = this;
    let index = start >>> 5;
    let word = (words[index] ?? 0) & maskFrom(start);
    const last = (limit - 1) >>> 5;
    while (word === 0) {
      index += 1;
      if (index > last) return limit;
      word = words[index] ?? 0;
    }
    return Math.min(limit, index * bitsPerWord + lowestBit(word));
  }

  /** find_next_zero_bit(): the first clear bit at or behind `start` and before `limit`, else `limit`. */
  nextClear(start: number, limit = this.length): number {
    if (start >= limit) return limit;
    const { words } = this;
    let index = start >>> 5;
    let word = ~(words[index] ?? 0) & maskFrom(start);
    const last = (limit - 1) >>> 5;
    while (word === 0) {
      index += 1;
      if (index > last) return limit;
      word = ~(words[index] ?? 0);
    }
    return Math.min(limit, index * bitsPerWord + lowestBit(word));
  }

  /**
   * bitmap_find_next_zero_area_off(): the first run of `count` clear bits at or behind `start` whose position
   * plus `offset` has no bit of `alignMask`; -1 where there is none.
   */
  findClearArea(start: number, count: number, alignMask: number, offset: number): number {
    let index = Math.max(start, this.#firstClear);
    for (;;) {
      index = this.nextClear(index);
      index = ((index + offset + alignMask) & ~alignMask) - offset;
      const end = index + count;
      if (end > this.length) return -1;
      const taken = this.nextSet(index, end);
      if (taken === end) return index;
      index = taken + 1;
    }
  }

  /** The runs of clear bits, in order. */
  *clearRuns(): IterableIterator<{ readonly start: number; readonly count: number }> {
    for (let start = this.nextClear(0); start < this.length; ) {
      const end = this.nextSet(start);
      yield { start, count: end - start };
      start = this.nextClear(end);
    }
  }
}
