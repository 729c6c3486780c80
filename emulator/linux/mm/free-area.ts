/** Which list a free block is on: enum migratetype. Free pages of CMA areas stay with their area, on no list. */
export const migrateTypes = { unmovable: 0, movable: 1, reclaimable: 2 } as const;

export type MigrateTypeName = keyof typeof migrateTypes;
export type MigrateType = (typeof migrateTypes)[MigrateTypeName];

const typeCount = 3;
const chunkShift = 9;
const chunkBlocks = 1 << chunkShift;
const chunkMask = chunkBlocks - 1;
const noChunk = new Int32Array(0);

/**
 * The free blocks of one order in one zone: a list per migrate type. Plays `struct free_area` of include/linux/mmzone.h.
 * Blocks are named by their index, pfn >> order, counted from the zone's start. Storage comes into being by the chunk,
 * so that a large zone with few free blocks of an order costs little: per block the next and the previous one, as index
 * plus one with 0 at a list's end, and the migrate type plus one, 0 where the block is not free.
 */
export class FreeArea {
  readonly #chunks: Int32Array[];
  readonly #heads = new Int32Array(typeCount);
  readonly #tails = new Int32Array(typeCount);
  readonly #counts = new Int32Array(typeCount);

  constructor(blocks: number) {
    this.#chunks = new Array<Int32Array>(Math.ceil(blocks / chunkBlocks)).fill(noChunk);
  }

  /** How many blocks are free on all lists. */
  get total(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The list that a block is on, or -1 where it is not free as a block of this order. */
  typeOf(index: number): MigrateType | -1 {
    const chunk = this.#chunks[index >>> chunkShift] ?? noChunk;
    return ((chunk[(index & chunkMask) * 3 + 2] ?? 0) - 1) as MigrateType | -1;
  }

  /** The next block that an allocation would get, or -1 where the list is empty. */
  first(type: MigrateType): number {
    return (this.#heads[type] ?? 0) - 1;
  }

  add(index: number, type: MigrateType, toTail: boolean): void {
    const chunk = this.#chunk(index);
    const at = (index & chunkMask) * 3;
    const link = index + 1;
    const head = this.#heads[type] ?? 0;
    chunk[at] = toTail ? 0 : head;
    chunk[at + 1] = 0;
    chunk[at + 2] = type + 1;
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    if (head === 0) {
      this.#heads[type] = link;
      this.#tails[type] = link;
    } else if (toTail) {
      const tail = this.#tails[type] ?? 0;
      chunk[at + 1] = tail;
      this.#setLink(tail, 0, link);
      this.#tails[type] = link;
    } else {
      this.#setLink(head, 1, link);
      this.#heads[type] = link;
    }
  }

  /** Takes a free block off its list and tells which that was. A block that is not free is a bug of the caller. */
  remove(index: number): MigrateType {
    const type = this.typeOf(index);
    if (type === -1) throw new Error(`block ${index} is not free`);
    const chunk = this.#chunks[index >>> chunkShift] ?? noChunk;
    const at = (index & chunkMask) * 3;
    const next = chunk[at] ?? 0;
    const previous = chunk[at + 1] ?? 0;
    if (previous === 0) this.#heads[type] = next;
    else this.#setLink(previous, 0, next);
    if (next === 0) this.#tails[type] = previous;
    else this.#setLink(next, 1, previous);
    chunk[at + 2] = 0;
    this.#counts[type] = (this.#counts[type] ?? 0) - 1;
    return type;
  }

  #setLink(link: number, field: 0 | 1, value: number): void {
    const chunk = this.#chunks[(link - 1) >>> chunkShift] ?? noChunk;
    chunk[((link - 1) & chunkMask) * 3 + field] = value;
  }

  #chunk(index: number): Int32Array {
    const number = index >>> chunkShift;
    const present = this.#chunks[number] ?? noChunk;
    if (present.length > 0) return present;
    const chunk = new Int32Array(chunkBlocks * 3);
    this.#chunks[number] = chunk;
    return chunk;
  }
}
