import type { PhysicalMemory } from '../../machine/physical-memory.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import type { PageAllocator } from './page-alloc.ts';

/** An allocation of one page of user memory. */
const userPage = { order: 0, migrateType: 'movable', zone: 'HighMem', mayReclaim: true } as const;

/** Who refers to frames of user memory: a process's page table, a file in memory. */
export interface FrameHolder {
  /** Frames have moved: from now on the holder refers to the new ones. */
  moveFrames(moved: ReadonlyMap<number, number>): void;
}

/** What frames are made from. */
export interface FrameSource {
  readonly pages: PageAllocator;
  readonly memory: PhysicalMemory;
  readonly pageSizeBytes: number;
}

/**
 * Page frames of user memory and how many refer to each: after a fork parent and child share them until
 * one writes. They can move: plays mm/migrate.c for pages of processes and files.
 */
export class Frames {
  readonly #source: FrameSource;
  /** Only frames with more than one reference are listed. */
  readonly #shared = new Map<number, number>();
  readonly #holders = new Set<FrameHolder>();
  /** Frames that must stay where they are, and for how many. */
  readonly #pinned = new Map<number, number>();
  #inUse = 0;

  constructor(source: FrameSource) {
    this.#source = source;
  }

  /** A frame with one reference, or -errno. Its content is what was there before. */
  allocate(): number {
    const pfn = this.#source.pages.alloc(userPage);
    if (pfn >= 0) this.#inUse += 1;
    return pfn;
  }

  /** Counts a page that was taken elsewhere as a frame; an errno passes through. */
  adopt(pfn: number): number {
    if (pfn >= 0) this.#inUse += 1;
    return pfn;
  }

  /** Frames that somebody refers to. */
  get inUse(): number {
    return this.#inUse;
  }

  isShared(pfn: number): boolean {
    return this.#shared.has(pfn);
  }

  get(pfn: number): void {
    this.#shared.set(pfn, (this.#shared.get(pfn) ?? 1) + 1);
  }

  put(pfn: number): void {
    const references = this.#shared.get(pfn);
    if (references === undefined) {
      this.#inUse -= 1;
      this.#source.pages.free(pfn, 0);
    } else if (references === 2) this.#shared.delete(pfn);
    else this.#shared.set(pfn, references - 1);
  }

  /** Refers to a frame and keeps it where it is: what gives its address to others. */
  pin(pfn: number): void {
    this.get(pfn);
    this.#pinned.set(pfn, (this.#pinned.get(pfn) ?? 0) + 1);
  }

  unpin(pfn: number): void {
    const pins = this.#pinned.get(pfn) ?? 0;
    if (pins > 1) this.#pinned.set(pfn, pins - 1);
    else this.#pinned.delete(pfn);
    this.put(pfn);
  }

  /** The pinned frames of a range, lowest first. */
  pinnedBetween(firstPfn: number, endPfn: number): readonly number[] {
    return [...this.#pinned.keys()].filter((pfn) => firstPfn <= pfn && pfn < endPfn).sort((a, b) => a - b);
  }

  isPinned(pfn: number): boolean {
    return this.#pinned.has(pfn);
  }

  /** From now on the holder is told where frames move. */
  addHolder(holder: FrameHolder): void {
    this.#holders.add(holder);
  }

  removeHolder(holder: FrameHolder): void {
    this.#holders.delete(holder);
  }

  /**
   * migrate_pages(): moves frames to others and gives the old ones back. Without effect -EBUSY where a frame is pinned,
   * -ENOMEM where there is no room. Pages outside CMA areas are preferred as targets.
   */
  migrate(pfns: readonly number[]): Errno {
    if (this.#pinned.size > 0 && pfns.some((pfn) => this.#pinned.has(pfn))) return -errno.EBUSY;
    const moved = new Map<number, number>();
    for (const pfn of pfns) {
      const target = this.#target();
      if (target < 0) {
        for (const taken of moved.values()) this.#source.pages.free(taken, 0);
        return -errno.ENOMEM;
      }
      moved.set(pfn, target);
    }
    for (const [from, to] of moved) this.#copy(from, to);
    for (const holder of this.#holders) holder.moveFrames(moved);
    for (const from of moved.keys()) this.#source.pages.free(from, 0);
    return 0;
  }

  #target(): number {
    const { pages } = this.#source;
    const outside = pages.alloc({ ...userPage, avoidCma: true });
    return outside >= 0 ? outside : pages.alloc(userPage);
  }

  #copy(from: number, to: number): void {
    const { memory, pageSizeBytes } = this.#source;
    memory.zero(to * pageSizeBytes, pageSizeBytes);
    const content = new Uint8Array(pageSizeBytes);
    memory.read(from * pageSizeBytes, content);
    if (content.some((byte) => byte !== 0)) memory.write(to * pageSizeBytes, content);
    memory.zero(from * pageSizeBytes, pageSizeBytes);
    const references = this.#shared.get(from);
    if (references === undefined) return;
    this.#shared.delete(from);
    this.#shared.set(to, references);
  }
}
