import type { KernelConfigFacts } from '../../../kconfig/facts.ts';
import { IntervalSet } from '../../../lib/interval-set.ts';

/**
 * Counts the page-table pages that mappings need, without making any: __create_pgd_mapping() of
 * arch/arm64/mm/mmu.c allocates a table for each span that a larger block does not cover.
 * Deviation: the top-level table, which lies in the image, has as many levels below it as the configuration says.
 */
export class PageTableCount {
  readonly #pageBytes: number;
  /** What one table of each allocated level spans, smallest first: PTE, PMD, PUD tables. */
  readonly #spans: readonly number[];
  readonly #tables: readonly IntervalSet[];
  readonly #topBlocks: boolean;

  constructor(facts: KernelConfigFacts) {
    this.#pageBytes = 2 ** facts.pageShift;
    const bitsPerLevel = facts.pageShift - 3;
    const levels = Math.ceil((facts.virtualAddressBits - facts.pageShift) / bitsPerLevel);
    this.#spans = Array.from(
      { length: levels - 1 },
      (_, level) => this.#pageBytes * 2 ** (bitsPerLevel * (level + 1)),
    );
    this.#tables = this.#spans.map(() => new IntervalSet());
    this.#topBlocks = facts.pageShift === 12;
  }

  /** Pages for all tables so far. */
  get pages(): number {
    return this.#tables.reduce((sum, table) => sum + table.size, 0);
  }

  /** Maps `[start, end)`, by blocks where they fit, or by single pages. */
  map(start: number, end: number, granularity: 'blocks' | 'pages'): void {
    const from = Math.floor(start / this.#pageBytes) * this.#pageBytes;
    const to = Math.ceil(end / this.#pageBytes) * this.#pageBytes;
    if (to > from) this.#descend(from, to, this.#spans.length - 1, granularity);
  }

  /** Tables of a level are needed for what blocks of their whole span do not cover. */
  #descend(from: number, to: number, level: number, granularity: 'blocks' | 'pages'): void {
    const span = this.#spans[level];
    const table = this.#tables[level];
    if (span === undefined || table === undefined) return;
    // A table of this level may be replaced by one block entry above it: 2 MiB, and 1 GiB with 4K pages.
    const blocks = granularity === 'blocks' && (level === 0 || (level === 1 && this.#topBlocks));
    if (!blocks) {
      table.add(Math.floor(from / span), Math.ceil(to / span));
      this.#descend(from, to, level - 1, granularity);
      return;
    }
    const wholeFrom = Math.ceil(from / span) * span;
    const wholeTo = Math.floor(to / span) * span;
    const parts: readonly (readonly [number, number])[] =
      wholeFrom >= wholeTo
        ? [[from, to]]
        : [
            [from, wholeFrom],
            [wholeTo, to],
          ];
    for (const [partFrom, partTo] of parts) {
      if (partTo <= partFrom) continue;
      table.add(Math.floor(partFrom / span), Math.ceil(partTo / span));
      this.#descend(partFrom, partTo, level - 1, granularity);
    }
  }
}
