/**
 * Contiguous memory areas. Plays mm/cma.c, mm/cma_sysfs.c and mm/cma_debug.c (their state, not their files).
 * Deviations: one bit is one page, as it is for every area that a tree or `cma=` makes; free pages of an area are
 * not in the buddy's lists, the areas lend them to movable allocations instead.
 */
import type { Errno } from '../uapi/errno.ts';
import type { CmaHazard } from './cma/area.ts';

export type { CmaHazard } from './cma/area.ts';

/** Counters of one area: pages, as /sys/kernel/mm/cma shows them. */
export interface CmaAreaStatistics {
  readonly allocatedPages: number;
  /** Requests of absurd length count in full, so this outgrows what a number holds exactly. */
  readonly failedPages: bigint;
  readonly releasedPages: number;
}

/** A contiguous memory area: a range of pages that cma_alloc() hands out in contiguous runs. */
export interface CmaArea {
  readonly name: string;
  /** Order of declaration; the kernel's index into cma_areas[]. */
  readonly index: number;
  readonly basePfn: number;
  /** 0 where activation failed. */
  readonly pageCount: number;
  readonly usedPages: number;
  readonly active: boolean;
  /** The reserved-memory node that made it; undefined for the `cma=`/Kconfig area. */
  readonly nodePath: string | undefined;
  readonly statistics: CmaAreaStatistics;
  /** The largest run of free pages: debugfs' `maxchunk`. */
  readonly largestFreeRun: number;
  /** The bitmap of used pages in 32-bit words: debugfs' `bitmap`. */
  readonly bitmapWords: Uint32Array;
  /** Runs of free pages in order, as page offsets into the area. */
  freeRuns(): IterableIterator<{ readonly start: number; readonly count: number }>;
  /**
   * cma_alloc(): the first pfn of `count` contiguous pages, physically aligned to 2^alignOrder, or -errno
   * (the API of the kernel answers NULL; callers that play it ignore which errno it was).
   */
  alloc(count: number, alignOrder: number, options?: { readonly noWarn?: boolean }): number;
  /** cma_release(): false, without effect, where the range is not the area's. */
  release(pfn: number, count: number): boolean;
  /** What happens to a process that clears these pages, where they are not what they should be. */
  hazardIn(pfn: number, count: number): CmaHazard | undefined;
  /** Pages of the area that movable allocations hold. */
  readonly borrowedPages: number;
  /** Pages that neither the area's own allocations nor movable ones hold. */
  readonly freePages: number;
  /** Pins a borrowed page, so that it cannot be moved out of an allocation's way, or releases the pin. */
  pinPage(pfn: number, pinned: boolean): void;
}

/** All areas of a kernel. */
export interface CmaAreas {
  readonly all: readonly CmaArea[];
  /** Calls of cma_alloc() that succeeded and failed: cma_alloc_success and cma_alloc_fail of /proc/vmstat. */
  readonly successCalls: number;
  readonly failureCalls: number;
  /** totalcma_pages: CmaTotal of /proc/meminfo. */
  readonly totalPages: number;
  /** NR_FREE_CMA_PAGES: CmaFree of /proc/meminfo. */
  readonly freePages: number;
  /** Moves borrowed pages out of an allocation's way; false where there is no room. Set once there are processes. */
  migrate: (pfns: readonly number[]) => Errno;
}
