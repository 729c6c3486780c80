/** Chunks that lie behind one another. */
interface ChunkRange {
  readonly pfn: number;
  chunkCount: number;
}

/**
 * Many allocations of one order, in the order in which they were made. Those that lie behind one another are kept as one
 * range, so that a large buffer costs what its pieces cost and not what its chunks would.
 */
export class PageChunks {
  readonly order: number;
  readonly #ranges: ChunkRange[] = [];
  #count = 0;
  /** The first page of each chunk, listed when somebody asks for a single one. */
  #pfns: Float64Array | undefined = undefined;

  constructor(order: number) {
    this.order = order;
  }

  get chunkPages(): number {
    return 1 << this.order;
  }

  /** How many chunks there are. */
  get count(): number {
    return this.#count;
  }

  get ranges(): readonly Readonly<ChunkRange>[] {
    return this.#ranges;
  }

  /** Adds chunks that lie behind one another from `pfn` on. */
  add(pfn: number, chunkCount: number): void {
    const last = this.#ranges[this.#ranges.length - 1];
    if (last !== undefined && last.pfn + last.chunkCount * this.chunkPages === pfn)
      last.chunkCount += chunkCount;
    else this.#ranges.push({ pfn, chunkCount });
    this.#count += chunkCount;
    this.#pfns = undefined;
  }

  /** The first page of each chunk. */
  get pfns(): Float64Array {
    this.#pfns ??= this.#list();
    return this.#pfns;
  }

  #list(): Float64Array {
    const pfns = new Float64Array(this.#count);
    let index = 0;
    for (const { pfn, chunkCount } of this.#ranges) {
      for (let chunk = 0; chunk < chunkCount; chunk += 1, index += 1)
        pfns[index] = pfn + chunk * this.chunkPages;
    }
    return pfns;
  }
}
