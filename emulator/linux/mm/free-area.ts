/** Which list a free block is on: enum migratetype. Free pages of CMA areas stay with their area, on no list. */
export const migrateTypes = { unmovable: 0, movable: 1, reclaimable: 2 } as const;

export type MigrateTypeName = keyof typeof migrateTypes;
export type MigrateType = (typeof migrateTypes)[MigrateTypeName];

const typeCount = 3;
const chunkShift = 10;
const chunkMask = (1 << chunkShift) - 1;

/** Links of 1,024 neighbouring blocks. A link is a block's index plus one; 0 ends a list. */
interface Chunk {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** Migrate type plus one of a free block, 0 of one that is not free. */
  readonly state: Uint8Array;
}

/**
 * The free blocks of one order in one zone: a list per migrate type. Plays `struct free_area` of include/linux/mmzone.h.
 * Blocks are named by their index, pfn >> order, counted from the zone's start. Storage comes into being by the chunk,
 * so that a large zone with few free blocks of an order costs little.
 */
export class FreeArea {
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #heads = new Int32Array(typeCount);
  readonly #tails = new Int32Array(typeCount);
  readonly #counts = new Int32Array(typeCount);

  /** How many blocks are free on one list. */
  count(type: MigrateType): number {
    return this.#counts[type] ?? 0;
  }

  /** How many blocks are free on all lists. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The list that a block is on, or -1 where it is not free as a block of this order. */
  typeOf(index: number): MigrateType | -1 {
    const state = this.#chunks[index >>> chunkShift]?.state[index & chunkMask] ?? 0;
    return (state - 1) as MigrateType | -1;
  }

  /** The next block that an allocation would get, or -1 where the list is empty. */
  first(type: MigrateType): number {
    return (this.#heads[type] ?? 0) - 1;
  }

  add(index: number, type: MigrateType, toTail: boolean): void {
    const chunk = this.#chunk(index);
    const at = index & chunkMask;
    const link = index + 1;
    chunk.state[at] = type + 1;
    const head = this.#heads[type] ?? 0;
    const tail = this.#tails[type] ?? 0;
    if (head === 0) {
      chunk.next[at] = 0;
      chunk.previous[at] = 0;
      this.#heads[type] = link;
      this.#tails[type] = link;
    } else if (toTail) {
      chunk.next[at] = 0;
      chunk.previous[at] = tail;
      this.#chunk(tail - 1).next[(tail - 1) & chunkMask] = link;
      this.#tails[type] = link;
    } else {
      chunk.next[at] = head;
      chunk.previous[at] = 0;
      this.#chunk(head - 1).previous[(head - 1) & chunkMask] = link;
      this.#heads[type] = link;
    }
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
  }

  /** Takes a free block off its list and tells which that was. A block that is not free is a bug of the caller. */
  remove(index: number): MigrateType {
    const type = this.typeOf(index);
    if (type === -1) throw new Error(`block ${index} is not free`);
    const chunk = this.#chunk(index);
    const at = index & chunkMask;
    const next = chunk.next[at] ?? 0;
    const previous = chunk.previous[at] ?? 0;
    if (previous === 0) this.#heads[type] = next;
    else this.#chunk(previous - 1).next[(previous - 1) & chunkMask] = next;
    if (next === 0) this.#tails[type] = previous;
    else this.#chunk(next - 1).previous[(next - 1) & chunkMask] = previous;
    chunk.state[at] = 0;
    this.#counts[type] = (this.#counts[type] ?? 0) - 1;
    return type;
  }

  #chunk(index: number): Chunk {
    const number = index >>> chunkShift;
    const present = this.#chunks[number];
    if (present !== undefined) return present;
    const size = 1 << chunkShift;
    const chunk = { next: new Int32Array(size), previous: new Int32Array(size), state: new Uint8Array(size) };
    this.#chunks[number] = chunk;
    return chunk;
  }
}
