import type { FrameHolder, Frames } from './frames.ts';

/**
 * A page that is present in a process. `owned` pages are anonymous and counted in `Frames`; others belong
 * to a file.
 */
export interface PageEntry {
  pfn: number;
  readonly owned: boolean;
  writable: boolean;
}

/**
 * The pages that are present in a process, by virtual page number. Plays the page tables as mm/memory.c and
 * mm/rmap.c see them.
 */
export class PageTable implements FrameHolder {
  readonly #entries = new Map<number, PageEntry>();
  readonly #frames: Frames;
  /** Called where entries went or changed: remembered translations are void. */
  readonly #onChange: () => void;

  constructor(frames: Frames, onChange: () => void) {
    this.#frames = frames;
    this.#onChange = onChange;
  }

  get(page: number): PageEntry | undefined {
    return this.#entries.get(page);
  }

  set(page: number, entry: PageEntry): void {
    if (this.#entries.size === 0) this.#frames.addHolder(this);
    this.#entries.set(page, entry);
  }

  /** Pages that are the process's own. */
  get ownedCount(): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.owned) count += 1;
    return count;
  }

  /** The present pages from `first` to before `end`; the cost is that of the smaller of the two. */
  *within(first: number, end: number): IterableIterator<readonly [number, PageEntry]> {
    if (this.#entries.size < end - first) {
      for (const pair of [...this.#entries]) if (pair[0] >= first && pair[0] < end) yield pair;
      return;
    }
    for (let page = first; page < end; page += 1) {
      const entry = this.#entries.get(page);
      if (entry !== undefined) yield [page, entry];
    }
  }

  /** zap_page_range(): takes pages away. */
  drop(first: number, end: number): void {
    if (this.#entries.size > 0) {
      for (const [page, entry] of this.within(first, end)) {
        this.#entries.delete(page);
        if (entry.owned) this.#frames.put(entry.pfn);
      }
      if (this.#entries.size === 0) this.#frames.removeHolder(this);
    }
    this.#onChange();
  }

  /** move_page_tables(): moves present pages to other addresses. */
  move(first: number, end: number, distance: number): void {
    for (const [page, entry] of [...this.within(first, end)]) {
      this.#entries.delete(page);
      this.#entries.set(page + distance, entry);
    }
    this.#onChange();
  }

  /** copy_page_range(): a child gets the process's own pages, shared from now on until one side writes. */
  shareWith(child: PageTable, first: number, end: number): void {
    for (const [page, entry] of this.within(first, end)) {
      if (!entry.owned) continue;
      this.#frames.get(entry.pfn);
      entry.writable = false;
      child.set(page, { pfn: entry.pfn, owned: true, writable: false });
    }
    this.#onChange();
  }

  moveFrames(moved: ReadonlyMap<number, number>): void {
    for (const entry of this.#entries.values()) entry.pfn = moved.get(entry.pfn) ?? entry.pfn;
    this.#onChange();
  }
}
