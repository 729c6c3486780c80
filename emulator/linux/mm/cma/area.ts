import { Bitmap } from '../../lib/bitmap.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { CmaArea, CmaAreaStatistics } from '../cma.ts';
import type { PageLender } from '../zone.ts';
import { BorrowedPages } from './borrowed-pages.ts';
import type { CmaReports } from './reports.ts';

/** A part of an area that is not plain free memory: what the tree laid over it. */
export interface CmaHazard {
  readonly firstPfn: number;
  readonly endPfn: number;
  /** `unmapped`: not in the linear map; `in-use`: holds something that the kernel still needs. */
  readonly kind: 'unmapped' | 'in-use';
  /** Whose it is. */
  readonly owner: string;
}

/** What an area needs of the table that it is in. */
export interface AreaHost {
  readonly reports: CmaReports;
  readonly noRoomErrno: number;
  readonly tooLarge: { readonly reported: boolean; readonly counts: boolean };
  countCall(succeeded: boolean): void;
  /** Moves borrowed pages elsewhere: 0, -EBUSY where one must stay, -ENOMEM where there is no room. */
  migrate(pfns: readonly number[]): Errno;
}

interface PageRun {
  readonly firstPfn: number;
  readonly endPfn: number;
}

export interface AreaFacts {
  readonly name: string;
  readonly index: number;
  readonly basePfn: number;
  readonly pageCount: number;
  readonly nodePath: string | undefined;
}

/** One area: a first-fit allocator over a bitmap of its pages. */
export class Area implements CmaArea, PageLender {
  readonly name: string;
  readonly index: number;
  readonly basePfn: number;
  readonly nodePath: string | undefined;
  pageCount: number;
  readonly #host: AreaHost;
  #bitmap: Bitmap | undefined;
  #borrowed: BorrowedPages | undefined;
  #hazards: readonly CmaHazard[] = [];
  /** Runs that cma_alloc() can never isolate. */
  readonly #excluded: PageRun[] = [];
  #excludedPages = 0;
  /** Areas that share pages with this one. */
  readonly #rivals: Area[] = [];
  #allocatedPages = 0;
  #failedPages = 0n;
  #releasedPages = 0;

  constructor(facts: AreaFacts, host: AreaHost) {
    this.name = facts.name;
    this.index = facts.index;
    this.basePfn = facts.basePfn;
    this.pageCount = facts.pageCount;
    this.nodePath = facts.nodePath;
    this.#host = host;
  }

  get active(): boolean {
    return this.#bitmap !== undefined;
  }

  get usedPages(): number {
    return this.#bitmap?.setCount ?? 0;
  }

  get statistics(): CmaAreaStatistics {
    return {
      allocatedPages: this.#allocatedPages,
      failedPages: this.#failedPages,
      releasedPages: this.#releasedPages,
    };
  }

  get largestFreeRun(): number {
    let largest = 0;
    for (const run of this.freeRuns()) if (run.count > largest) largest = run.count;
    return largest;
  }

  get bitmapWords(): Uint32Array {
    return this.#bitmap?.words ?? new Uint32Array(0);
  }

  get freePages(): number {
    return this.active ? this.pageCount - this.usedPages - this.borrowedPages - this.#excludedPages : 0;
  }

  get borrowedPages(): number {
    return this.#borrowed?.count ?? 0;
  }

  /** Gives the area its bitmap: from now on it can be allocated from. */
  activate(hazards: readonly CmaHazard[] = []): void {
    this.#bitmap = new Bitmap(this.pageCount);
    this.#hazards = hazards;
  }

  /** Another area has some of the same pages: what it holds is busy. */
  addRival(other: Area): void {
    this.#rivals.push(other);
  }

  /** Whether any page of a range is allocated. */
  #holds(pfn: number, count: number): boolean {
    const from = Math.max(pfn, this.basePfn) - this.basePfn;
    const to = Math.min(pfn + count, this.basePfn + this.pageCount) - this.basePfn;
    return from < to && this.#bitmap?.findClearArea(from, to - from, 0, 0) !== from;
  }

  /** Pages that every attempt to allocate finds busy. */
  exclude(firstPfn: number, endPfn: number): void {
    const run = {
      firstPfn: Math.max(firstPfn, this.basePfn),
      endPfn: Math.min(endPfn, this.basePfn + this.pageCount),
    };
    if (this.#excluded.some((known) => known.firstPfn === run.firstPfn && known.endPfn === run.endPfn))
      return;
    this.#excluded.push(run);
    this.#excludedPages += run.endPfn - run.firstPfn;
  }

  /** Activation failed: the area stays in the table, without pages. */
  abandon(): void {
    this.pageCount = 0;
  }

  *freeRuns(): IterableIterator<{ readonly start: number; readonly count: number }> {
    if (this.#bitmap !== undefined) yield* this.#bitmap.clearRuns();
  }

  alloc(count: number, alignOrder: number, options: { readonly noWarn?: boolean } = {}): number {
    const bitmap = this.#bitmap;
    if (bitmap === undefined || count <= 0) return this.#refuse(count, -errno.ENOMEM);
    const { tooLarge, noRoomErrno } = this.#host;
    if (count > bitmap.length && !tooLarge.reported) {
      return this.#refuse(tooLarge.counts ? count : 0, -errno.ENOMEM);
    }
    const mask = 2 ** alignOrder - 1;
    const offset = this.basePfn % (mask + 1);
    let answer = -noRoomErrno;
    for (let start = 0; ; ) {
      const place = count > bitmap.length ? -1 : bitmap.findClearArea(start, count, mask, offset);
      if (place < 0) break;
      const pfn = this.basePfn + place;
      bitmap.set(place, count);
      const claimed = this.#claim(pfn, count);
      if (claimed === 0) {
        this.#allocatedPages += count;
        this.#host.countCall(true);
        return pfn;
      }
      bitmap.clear(place, count);
      answer = claimed;
      if (claimed !== -errno.EBUSY) break;
      start = Math.max(place + mask + 1, this.#excludedEnd(pfn, count) - this.basePfn);
    }
    if (options.noWarn !== true) this.#host.reports.allocationFailed(this, count, answer);
    return this.#refuse(count, answer);
  }

  release(pfn: number, count: number): boolean {
    const bitmap = this.#bitmap;
    const start = pfn - this.basePfn;
    if (bitmap === undefined || start < 0 || start + count > bitmap.length) return false;
    bitmap.clear(start, count);
    this.#releasedPages += count;
    return true;
  }

  hazardIn(pfn: number, count: number): CmaHazard | undefined {
    if (this.#hazards.length === 0) return undefined;
    return this.#hazards.find((hazard) => hazard.firstPfn < pfn + count && pfn < hazard.endPfn);
  }

  borrowPage(): number {
    const bitmap = this.#bitmap;
    if (bitmap === undefined) return -errno.ENOMEM;
    this.#borrowed ??= new BorrowedPages(bitmap, (page) => this.#excludedEnd(this.basePfn + page, 1) > 0);
    const place = this.#borrowed.take();
    return place < 0 ? -errno.ENOMEM : this.basePfn + place;
  }

  returnPage(pfn: number): void {
    this.#borrowed?.giveBack(pfn - this.basePfn);
  }

  pinPage(pfn: number, pinned: boolean): void {
    this.#borrowed?.pin(pfn - this.basePfn, pinned);
  }

  /** alloc_contig_range(): makes exactly these pages free, or says why not. */
  #claim(pfn: number, count: number): number {
    if (this.#excluded.length > 0 && this.#excludedEnd(pfn, count) > 0) return -errno.EBUSY;
    if (this.#rivals.some((other) => other.#holds(pfn, count))) return -errno.EBUSY;
    const borrowed = this.#borrowed;
    if (borrowed === undefined || borrowed.count === 0) return 0;
    const start = pfn - this.basePfn;
    const inTheWay = borrowed.within(start, count);
    if (inTheWay.length === 0) return 0;
    if (inTheWay.some((place) => borrowed.isPinned(place))) return -errno.EBUSY;
    return this.#host.migrate(inTheWay.map((place) => this.basePfn + place));
  }

  /** The end of the excluded run that touches a range; 0 where none does. */
  #excludedEnd(pfn: number, count: number): number {
    return this.#excluded.find((run) => run.firstPfn < pfn + count && pfn < run.endPfn)?.endPfn ?? 0;
  }

  #refuse(countedPages: number, answer: number): number {
    this.#failedPages += BigInt(countedPages);
    this.#host.countCall(false);
    return answer;
  }
}
