import { errno } from '../uapi/errno.ts';
import { type MigrateTypeName, migrateTypes } from './free-area.ts';
import { PageChunks } from './page-chunks.ts';
import type { Zone, ZoneName } from './zone.ts';

/** What an allocation asks for, as far as the allocator looks at its GFP flags. */
export interface GfpRequest {
  readonly order: number;
  readonly migrateType: MigrateTypeName;
  /** Highest zone that will do. */
  readonly zone: ZoneName;
  /** May reclaim and, for order 0, invoke the OOM killer. */
  readonly mayReclaim: boolean;
  /** Not from CMA areas, although the pages can move. */
  readonly avoidCma?: boolean;
}

/** SWAP_CLUSTER_MAX: what direct reclaim frees at least, where it can. */
const reclaimBatchPages = 32;

const zoneOrder: readonly ZoneName[] = ['DMA', 'DMA32', 'Normal', 'HighMem'];

/**
 * The page allocator over all zones of the one node. Plays mm/page_alloc.c.
 * Deviations: one node; no lowmem reserve between zones; no compaction; a request that may reclaim does so when it
 * finds nothing, and not before: see filemap.ts.
 */
export class PageAllocator {
  readonly zones: readonly Zone[];
  readonly #zonelists: Readonly<Record<ZoneName, readonly Zone[]>>;

  constructor(zones: readonly Zone[]) {
    this.zones = zones;
    const below = (highest: ZoneName) =>
      zones
        .filter((zone) => zoneOrder.indexOf(zone.name) <= zoneOrder.indexOf(highest))
        .sort((a, b) => zoneOrder.indexOf(b.name) - zoneOrder.indexOf(a.name));
    this.#zonelists = {
      DMA: below('DMA'),
      DMA32: below('DMA32'),
      Normal: below('Normal'),
      HighMem: below('HighMem'),
    };
  }

  get freePages(): number {
    return this.zones.reduce((sum, zone) => sum + zone.freePages, 0);
  }

  /** The largest order that can be asked for. */
  get maxOrder(): number {
    return this.zones[0]?.maxOrder ?? 0;
  }

  /** Gives pages that were reserved to the zones that they lie in: they count in MemTotal from now on. */
  addRange(startPfn: number, endPfn: number): void {
    for (const zone of this.zones) {
      const start = Math.max(startPfn, zone.startPfn);
      const end = Math.min(endPfn, zone.endPfn);
      if (start < end) zone.addRange(start, end);
    }
  }

  /** Free pages of CMA areas: NR_FREE_CMA_PAGES. */
  get freeCmaPages(): number {
    return this.zones.reduce((sum, zone) => sum + zone.freeCmaPages, 0);
  }

  /** Pages that were ever given to the buddy: MemTotal. */
  get totalPages(): number {
    return this.zones.reduce((sum, zone) => sum + zone.managedPages, 0);
  }

  /** The zone that a page belongs to; undefined for a page that no zone spans. */
  zoneOf(pfn: number): Zone | undefined {
    return this.zones.find((zone) => zone.startPfn <= pfn && pfn < zone.endPfn);
  }

  /**
   * Shares min_free_kbytes among the zones by what they manage: __setup_per_zone_wmarks().
   * To be called once the zones have their pages.
   */
  setWatermarks(minFreePages: number): void {
    const total = this.totalPages;
    for (const zone of this.zones) {
      zone.minPages = total === 0 ? 0 : Math.floor((minFreePages * zone.managedPages) / total);
    }
  }

  /**
   * Set by who keeps pages that can go: frees up to so many, not those of CMA areas where these would not help, and
   * tells how many it was.
   */
  reclaim: (pageCount: number, avoidCma: boolean) => number = () => 0;

  /** The first pfn of 2^order contiguous pages, or -ENOMEM: __alloc_pages() with direct reclaim. */
  alloc(request: GfpRequest): number {
    for (;;) {
      const pfn = this.#allocNow(request);
      if (pfn >= 0 || !request.mayReclaim) return pfn;
      const avoidCma = request.migrateType !== 'movable' || request.avoidCma === true;
      if (this.reclaim(Math.max(reclaimBatchPages, 2 ** request.order), avoidCma) === 0) return pfn;
    }
  }

  #allocNow(request: GfpRequest): number {
    const type = migrateTypes[request.migrateType];
    for (const zone of this.#zonelists[request.zone]) {
      const avoidsCma = type !== migrateTypes.movable || request.avoidCma === true;
      const usable = avoidsCma ? zone.listedPages : zone.freePages;
      if (usable - 2 ** request.order < zone.minPages) continue;
      const pfn = zone.take(request.order, type, avoidsCma);
      if (pfn >= 0) return pfn;
    }
    return -errno.ENOMEM;
  }

  /**
   * As up to `count` calls of alloc() until one fails, for pages that must not move; the chunks that there were.
   */
  allocMany(request: GfpRequest, count: number): PageChunks {
    const chunks = new PageChunks(request.order);
    this.#allocManyNow(request, count, chunks);
    while (chunks.count < count && request.mayReclaim) {
      const wanted = (count - chunks.count) * chunks.chunkPages;
      if (this.reclaim(Math.max(reclaimBatchPages, wanted), true) === 0) break;
      this.#allocManyNow(request, count - chunks.count, chunks);
    }
    return chunks;
  }

  #allocManyNow(request: GfpRequest, count: number, into: PageChunks): void {
    const type = migrateTypes[request.migrateType];
    const size = 1 << request.order;
    let taken = 0;
    for (const zone of this.#zonelists[request.zone]) {
      const room = Math.max(0, Math.floor((zone.listedPages - zone.minPages) / size));
      taken += zone.takeMany(request.order, type, Math.min(count - taken, room), into);
      if (taken >= count) break;
    }
  }

  /** As a call of free() for each chunk, in their order. Neighbours that make up a largest block go as one. */
  freeMany({ order, chunkPages, ranges }: PageChunks): void {
    const { maxOrder } = this;
    const largest = 1 << maxOrder;
    for (const { pfn, chunkCount } of ranges) {
      const end = pfn + chunkCount * chunkPages;
      for (let at = pfn; at < end; ) {
        const isWhole = at % largest === 0 && at + largest <= end;
        this.free(at, isWhole ? maxOrder : order);
        at += isWhole ? largest : chunkPages;
      }
    }
  }

  /** Returns what alloc() gave. */
  free(pfn: number, order: number): void {
    const zone = this.zoneOf(pfn);
    if (zone === undefined) throw new Error(`page ${pfn} belongs to no zone`);
    zone.free(pfn, order);
  }
}
