import { Bitmap } from '../../lib/bitmap.ts';

/**
 * Pages of an area that movable allocations use while the area does not: they must move when it wants them.
 * Pages are taken as the buddy would give them out: the last block first, each block from its beginning.
 */
export class BorrowedPages {
  readonly #used: Bitmap;
  readonly #isLost: (place: number) => boolean;
  readonly #borrowed: Bitmap;
  readonly #pinned = new Set<number>();
  #block: number;

  /** `used` are the pages of buffers; `isLost` tells whether nobody can have a page. */
  constructor(used: Bitmap, isLost: (place: number) => boolean = () => false) {
    this.#used = used;
    this.#isLost = isLost;
    this.#borrowed = new Bitmap(used.length);
    this.#block = this.#lastBlock;
  }

  get count(): number {
    return this.#borrowed.setCount;
  }

  /** The offset of a free page that is now borrowed; -1 where there is none. */
  take(): number {
    const blocks = this.#lastBlock + 1;
    for (let tried = 0; tried < blocks; tried += 1) {
      const place = this.#freeIn(this.#block);
      if (place >= 0) {
        this.#borrowed.set(place, 1);
        return place;
      }
      this.#block = this.#block === 0 ? blocks - 1 : this.#block - 1;
    }
    return -1;
  }

  giveBack(place: number): void {
    if (!this.#borrowed.test(place)) return;
    this.#borrowed.clear(place, 1);
    this.#pinned.delete(place);
  }

  pin(place: number, pinned: boolean): void {
    if (pinned) this.#pinned.add(place);
    else this.#pinned.delete(place);
  }

  isPinned(place: number): boolean {
    return this.#pinned.has(place);
  }

  /** The borrowed pages among `count` from `start`. */
  within(start: number, count: number): readonly number[] {
    const found: number[] = [];
    const end = start + count;
    for (let place = this.#borrowed.nextSet(start, end); place < end; ) {
      found.push(place);
      place = this.#borrowed.nextSet(place + 1, end);
    }
    return found;
  }

  get #lastBlock(): number {
    return Math.max(0, Math.ceil(this.#used.length / blockPages) - 1);
  }

  #freeIn(block: number): number {
    const end = Math.min(this.#used.length, (block + 1) * blockPages);
    for (let place = block * blockPages; place < end; ) {
      place = this.#used.nextClear(place, end);
      if (place >= end) return -1;
      if (this.#borrowed.test(place)) place = this.#borrowed.nextClear(place, end);
      else if (this.#isLost(place)) place += 1;
      else return place;
    }
    return -1;
  }
}

const blockPages = 1024;
