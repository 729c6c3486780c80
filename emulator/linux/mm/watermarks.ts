import type { KernelConfig } from '../kconfig.ts';
import type { PageAllocator } from './page-alloc.ts';
import type { PageGeometry } from './page-geometry.ts';
import type { Zone, ZoneName } from './zone.ts';

/** Free pages of a zone at which reclaim begins to work harder. */
export interface Watermarks {
  readonly min: number;
  readonly low: number;
  readonly high: number;
  readonly promo: number;
}

/** Bounds of min_free_kbytes as it is worked out. */
const [leastKiB, mostKiB] = [128, 262144];

/** What the kernel gives huge pages room for: a pageblock per type of movability, squared, and two more per zone. */
const blocksPerZone = 2 + 3 * 3;

/**
 * min_free_kbytes: grows with the root of memory, and to what transparent huge pages want kept free. Plays
 * calculate_min_free_kbytes() of mm/page_alloc.c and set_recommended_min_free_kbytes() of mm/khugepaged.c.
 */
export function minFreeKiB(
  pages: PageAllocator,
  { facts }: Pick<KernelConfig, 'facts'>,
  { pageblockPages, pageSizeBytes }: Pick<PageGeometry, 'pageblockPages' | 'pageSizeBytes'>,
): number {
  const pageKiB = pageSizeBytes / 1024;
  const usual = Math.floor(Math.sqrt(lowPages(pages) * pageKiB * 16));
  const clamped = Math.min(mostKiB, Math.max(leastKiB, usual));
  if (!facts.transparentHugepage) return clamped;
  const wanted = pageblockPages * pages.zones.length * blocksPerZone;
  const recommended = Math.min(wanted, Math.floor(lowPages(pages) / 20)) * pageKiB;
  return Math.max(clamped, recommended);
}

/** __setup_per_zone_wmarks(): the share of a zone. */
export function watermarksOf(
  zone: Zone,
  pages: PageAllocator,
  minKiB: number,
  pageSizeBytes: number,
): Watermarks {
  const total = lowPages(pages);
  const minPages = Math.floor((minKiB * 1024) / pageSizeBytes);
  const min = total === 0 ? 0 : Math.floor((minPages * zone.managedPages) / total);
  const step = Math.max(Math.floor(min / 4), Math.floor((zone.managedPages * 10) / 10000));
  return { min, low: min + step, high: min + 2 * step, promo: min + 3 * step };
}

/** Pages of zones that every kernel allocation may use. */
function lowPages(pages: PageAllocator): number {
  return pages.zones.reduce((sum, zone) => sum + (zone.name === 'HighMem' ? 0 : zone.managedPages), 0);
}

/** Of how many pages in a higher zone one is kept free in a lower one: sysctl_lowmem_reserve_ratio. */
const reserveRatios: Readonly<Record<ZoneName | 'Movable', number>> = {
  DMA: 256,
  DMA32: 256,
  Normal: 32,
  HighMem: 0,
  Movable: 0,
};

/**
 * What a zone keeps from requests that could be served higher, by the highest zone of the request:
 * setup_per_zone_lowmem_reserve(). `names` are the configured zones, lowest first.
 */
export function lowmemReserves(
  name: ZoneName | 'Movable',
  names: readonly (ZoneName | 'Movable')[],
  { zones }: Pick<PageAllocator, 'zones'>,
): readonly number[] {
  const managed = names.map((other) => zones.find((zone) => zone.name === other)?.managedPages ?? 0);
  const own = names.indexOf(name);
  const ratio = reserveRatios[name];
  return names.map((_, upTo) => {
    const above = managed.slice(own + 1, upTo + 1).reduce((sum, count) => sum + count, 0);
    return ratio === 0 ? 0 : Math.floor(above / ratio);
  });
}

/** calculate_totalreserve_pages(): what no request may count on. */
export function reservePages(
  pages: PageAllocator,
  config: Pick<KernelConfig, 'facts'>,
  geometry: Pick<PageGeometry, 'pageblockPages' | 'pageSizeBytes'>,
): number {
  const minKiB = minFreeKiB(pages, config, geometry);
  const names = pages.zones.map(({ name }) => name);
  return pages.zones.reduce((sum, zone) => {
    const { high } = watermarksOf(zone, pages, minKiB, geometry.pageSizeBytes);
    return sum + Math.min(zone.managedPages, high + Math.max(...lowmemReserves(zone.name, names, pages)));
  }, 0);
}
