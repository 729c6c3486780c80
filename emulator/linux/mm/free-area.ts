/** Which list a free block is on: enum migratetype. Free pages of CMA areas stay with their area, on no list. */
export const migrateTypes = { unmovable: 0, movable: 1, reclaimable: 2 } as const;

export type MigrateTypeName = keyof typeof migrateTypes;
export type MigrateType = (typeof migrateTypes)[MigrateTypeName];

const typeCount = 3;

/**
 * The free blocks of one order in one zone: a list per migrate type. Plays `struct free_area` of include/linux/mmzone.h.
 * Blocks are named by their index, pfn >> order, counted from the zone's start. Links are arrays over all blocks that
 * come into being with the first free one: parts of them that no block ever used take no memory of the host.
 */
export class FreeArea {
  readonly #blocks: number;
  /** Next and previous of each block, as index plus one; 0 ends a list. */
  #links = new Int32Array(0);
  /** Migrate type plus one of a free block, 0 of one that is not free. */
  #state = new Uint8Array(0);
  readonly #heads = new Int32Array(typeCount);
  readonly #tails = new Int32Array(typeCount);
  readonly #counts = new Int32Array(typeCount);

  constructor(blocks: number) {
    this.#blocks = blocks;
  }

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
    return ((this.#state[index] ?? 0) - 1) as MigrateType | -1;
  }

  /** The next block that an allocation would get, or -1 where the list is empty. */
  first(type: MigrateType): number {
    return (this.#heads[type] ?? 0) - 1;
  }

  add(index: number, type: MigrateType, toTail: boolean): void {
    if (this.#state.length === 0) this.#make();
    const links = this.#links;
    const link = index + 1;
    const head = this.#heads[type] ?? 0;
    this.#state[index] = type + 1;
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    if (head === 0) {
      links[2 * index] = 0;
      links[2 * index + 1] = 0;
      this.#heads[type] = link;
      this.#tails[type] = link;
    } else if (toTail) {
      const tail = this.#tails[type] ?? 0;
      links[2 * index] = 0;
      links[2 * index + 1] = tail;
      links[2 * (tail - 1)] = link;
      this.#tails[type] = link;
    } else {
      links[2 * index] = head;
      links[2 * index + 1] = 0;
      links[2 * (head - 1) + 1] = link;
      this.#heads[type] = link;
    }
  }

  /** Takes a free block off its list and tells which that was. A block that is not free is a bug of the caller. */
  remove(index: number): MigrateType {
    const type = this.typeOf(index);
    if (type === -1) throw new Error(`block ${index} is not free`);
    const links = this.#links;
    const next = links[2 * index] ?? 0;
    const previous = links[2 * index + 1] ?? 0;
    if (previous === 0) this.#heads[type] = next;
    else links[2 * (previous - 1)] = next;
    if (next === 0) this.#tails[type] = previous;
    else links[2 * (next - 1) + 1] = previous;
    this.#state[index] = 0;
    this.#counts[type] = (this.#counts[type] ?? 0) - 1;
    return type;
  }

  #make(): void {
    this.#links = new Int32Array(2 * this.#blocks);
    this.#state = new Uint8Array(this.#blocks);
  }
}
