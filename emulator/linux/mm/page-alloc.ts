// Contract only; the allocator itself is written here. Plays mm/page_alloc.c.

/** What an allocation asks for, as far as the allocator looks at its GFP flags. */
export interface GfpRequest {
  readonly order: number;
  readonly migrateType: 'unmovable' | 'movable' | 'reclaimable';
  /** Highest zone that will do. */
  readonly zone: 'DMA' | 'DMA32' | 'Normal';
  /** May reclaim and, for order 0, invoke the OOM killer. */
  readonly mayReclaim: boolean;
}

/** The buddy allocator over all zones. */
export interface PageAllocator {
  /** The first pfn of 2^order contiguous free pages, or -errno (ENOMEM). */
  alloc(request: GfpRequest): number;
  free(pfn: number, order: number): void;
  readonly freePages: number;
  readonly totalPages: number;
}
