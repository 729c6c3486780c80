// Contract only; the allocator itself is written here. Plays mm/cma.c.

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
  /**
   * cma_alloc(): the first pfn of `count` contiguous pages, physically aligned to 2^alignOrder, or -errno
   * (the API of the kernel answers NULL; callers that play it ignore which errno it was).
   */
  alloc(count: number, alignOrder: number, options?: { readonly noWarn?: boolean }): number;
  /** cma_release(): false, without effect, where the range is not the area's. */
  release(pfn: number, count: number): boolean;
}

/** All areas of a kernel. */
export interface CmaAreas {
  readonly all: readonly CmaArea[];
}
