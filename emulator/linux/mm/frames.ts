import type { PageAllocator } from './page-alloc.ts';

/** An allocation of one page of user memory. */
const userPage = { order: 0, migrateType: 'movable', zone: 'HighMem', mayReclaim: true } as const;

/**
 * Page frames of user memory and how many refer to each: after a fork parent and child share them until
 * one writes.
 */
export class Frames {
  readonly #pages: PageAllocator;
  /** Only frames with more than one reference are listed. */
  readonly #shared = new Map<number, number>();

  constructor(pages: PageAllocator) {
    this.#pages = pages;
  }

  /** A frame with one reference, or -errno. Its content is what was there before. */
  allocate(): number {
    return this.#pages.alloc(userPage);
  }

  isShared(pfn: number): boolean {
    return this.#shared.has(pfn);
  }

  get(pfn: number): void {
    this.#shared.set(pfn, (this.#shared.get(pfn) ?? 1) + 1);
  }

  put(pfn: number): void {
    const references = this.#shared.get(pfn);
    if (references === undefined) this.#pages.free(pfn, 0);
    else if (references === 2) this.#shared.delete(pfn);
    else this.#shared.set(pfn, references - 1);
  }
}
