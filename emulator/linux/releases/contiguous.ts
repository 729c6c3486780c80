import type { History } from './history.ts';

/** CMA areas: how they are declared, found and allocated from. */
export interface ContiguousBehaviours {
  /** The quantum of areas: the largest block of the page allocator, or one pageblock. */
  readonly cmaQuantum: 'largest-block' | 'pageblock';
  /** Whether transparent huge pages shrink a pageblock to a huge page as hugetlb does. */
  readonly hugepageBlocks: 'hugetlb' | 'hugetlb-or-transparent';
  /** A cap on pageblocks from the configuration: PAGE_BLOCK_ORDER or PAGE_BLOCK_MAX_ORDER. */
  readonly pageblockCap: 'none' | 'PAGE_BLOCK_ORDER' | 'PAGE_BLOCK_MAX_ORDER';
  /** Which page sizes have a larger largest block by default: those of 16K and 64K, or only with huge pages. */
  readonly largestBlock: 'by-huge-pages' | 'by-page-size';
  /** Whether the largest order of the page allocator is one less than the configured one. */
  readonly maxOrder: 'exclusive' | 'inclusive';
  /** How many areas there can be for CONFIG_CMA_AREAS. */
  readonly cmaAreaSlots: 'one-more' | 'configured';
  /** CONFIG_CMA_AREAS where the configuration does not say. */
  readonly defaultCmaAreas: { readonly numa: number; readonly plain: number };
  /** When the `cma=`/Kconfig area is placed. */
  readonly defaultAreaTime: 'with-reservations' | 'after-memory-map' | 'before-memory-map';
  /** Where a non-fixed area is looked for first when there is memory above 4 GiB. */
  readonly areaAbove4GiB: 'never' | 'by-memory-end' | 'by-limit';
  /** Whether an area at the end of memory is said to cross into high memory where there is none. */
  readonly lowMemoryBoundary: 'always' | 'with-high-memory';
  /** Whether the lines about an area tell the size that was asked for, or the rounded one. */
  readonly reportedAreaSize: 'rounded' | 'asked';
  /** How a limit of `cma=SIZE@BASE-LIMIT` and the DMA limit combine. */
  readonly commandLineLimit: 'smaller' | 'command-line';
  /** The success line of the default area. */
  readonly reservedLine: 'plain' | 'with-node';
  /** Which failures print "Failed to reserve". */
  readonly reserveAreaFailures: 'some' | 'all';
  /** What cma_alloc() answers inside where there is no room. */
  readonly noRoomErrno: 'ENOMEM' | 'EBUSY';
  /** A request larger than the area: refused in silence, or with a message. */
  readonly tooLargeRequest: 'silent' | 'reported';
  /** Whether such a request counts in alloc_pages_fail. */
  readonly tooLargeCounts: boolean;
  /** The failure line up to the request: `%s` stands for the area's name. */
  readonly allocFailurePrefix: string;
  /** The map of free ranges behind a failure line. */
  readonly freeMap: 'debug-only' | 'one-line' | 'per-range';
  /** Whether failure lines are rate limited: 10 in 5 seconds. */
  readonly failureRateLimit: boolean;
  /** The files of /sys/kernel/mm/cma/NAME. */
  readonly cmaSysfs: readonly string[];
  /** The folder of an area in debugfs. */
  readonly cmaDebugfsName: 'cma-name-cut' | 'name';
  /** Whether debugfs has ranges/N. */
  readonly cmaDebugfsRanges: boolean;
  /** The counters in /proc/vmstat. */
  readonly cmaVmstat: boolean;
  /** Which atomic pools exist. */
  readonly atomicPools: 'by-zone-config' | 'zones-with-memory';
}

export const contiguousHistory: History<ContiguousBehaviours> = {
  cmaQuantum: [
    {
      since: 'rfc-2019',
      value: 'largest-block',
      evidence: 'recorded',
      says: "aligns CMA areas to the page allocator's largest block",
    },
    { since: '5.19', value: 'pageblock', evidence: 'recorded', says: 'aligns CMA areas to one pageblock' },
  ],
  hugepageBlocks: [
    {
      since: 'rfc-2019',
      value: 'hugetlb',
      evidence: 'read',
      says: 'sizes pageblocks by huge pages where hugetlb is configured',
    },
    {
      since: '6.12',
      value: 'hugetlb-or-transparent',
      evidence: 'read',
      says: 'sizes pageblocks by huge pages where hugetlb or transparent huge pages are configured',
    },
  ],
  pageblockCap: [
    { since: 'rfc-2019', value: 'none', evidence: 'read', says: 'has no option for the size of pageblocks' },
    {
      since: '6.16',
      value: 'PAGE_BLOCK_ORDER',
      evidence: 'inferred',
      says: 'caps pageblocks by PAGE_BLOCK_ORDER',
    },
    {
      since: '6.17',
      value: 'PAGE_BLOCK_MAX_ORDER',
      evidence: 'read',
      says: 'caps pageblocks by PAGE_BLOCK_MAX_ORDER',
    },
  ],
  largestBlock: [
    {
      since: 'rfc-2019',
      value: 'by-huge-pages',
      evidence: 'read',
      says: 'has blocks of 32 MiB and 512 MiB with pages of 16K and 64K only where transparent huge pages are configured',
    },
    {
      since: '6.0',
      value: 'by-page-size',
      evidence: 'recorded',
      says: 'has blocks of 32 MiB and 512 MiB with pages of 16K and 64K',
    },
  ],
  maxOrder: [
    {
      since: 'rfc-2019',
      value: 'exclusive',
      evidence: 'read',
      says: 'counts the configured largest order as the first one too large',
    },
    {
      since: '6.4',
      value: 'inclusive',
      evidence: 'read',
      says: 'counts the configured largest order as possible',
    },
  ],
  cmaAreaSlots: [
    {
      since: 'rfc-2019',
      value: 'one-more',
      evidence: 'recorded',
      says: 'has room for one CMA area more than CONFIG_CMA_AREAS',
    },
    { since: '6.12', value: 'configured', evidence: 'recorded', says: 'has room for CONFIG_CMA_AREAS areas' },
  ],
  defaultCmaAreas: [
    {
      since: 'rfc-2019',
      value: { numa: 19, plain: 7 },
      evidence: 'read',
      says: 'defaults CONFIG_CMA_AREAS to 7, or 19',
    },
    {
      since: '6.12',
      value: { numa: 20, plain: 8 },
      evidence: 'read',
      says: 'defaults CONFIG_CMA_AREAS to 8, or 20',
    },
  ],
  defaultAreaTime: [
    {
      since: 'rfc-2019',
      value: 'with-reservations',
      evidence: 'inferred',
      says: 'places the cma=/Kconfig area right after the nodes of /reserved-memory',
    },
    {
      since: '5.11',
      backports: ['5.10'],
      value: 'after-memory-map',
      evidence: 'recorded',
      says: 'places the cma=/Kconfig area after the memory map',
    },
    {
      since: '7.2',
      value: 'before-memory-map',
      evidence: 'recorded',
      says: 'places the cma=/Kconfig area before the memory map',
    },
  ],
  areaAbove4GiB: [
    { since: 'rfc-2019', value: 'never', evidence: 'read', says: 'looks for the place of an area top-down' },
    {
      since: '5.12',
      value: 'by-memory-end',
      evidence: 'read',
      says: 'looks for the place of an area from 4 GiB upwards where memory reaches that far',
    },
    {
      since: '7.2',
      value: 'by-limit',
      evidence: 'read',
      says: "looks for the place of an area from 4 GiB upwards where the area's limit reaches that far",
    },
  ],
  lowMemoryBoundary: [
    {
      since: 'rfc-2019',
      value: 'always',
      evidence: 'recorded',
      says: 'calls the end of memory the low/high memory boundary',
    },
    {
      since: '6.17',
      value: 'with-high-memory',
      evidence: 'inferred',
      says: 'knows a low/high memory boundary only with high memory',
    },
    {
      since: '7.2',
      value: 'with-high-memory',
      evidence: 'recorded',
      says: 'knows a low/high memory boundary only with high memory',
    },
  ],
  reportedAreaSize: [
    {
      since: 'rfc-2019',
      value: 'rounded',
      evidence: 'recorded',
      says: 'reports the rounded size of an area',
    },
    {
      since: '6.14',
      value: 'asked',
      evidence: 'inferred',
      says: 'reports the size that an area was asked for',
    },
    {
      since: '7.2',
      value: 'asked',
      evidence: 'recorded',
      says: 'reports the size that an area was asked for',
    },
  ],
  commandLineLimit: [
    { since: 'rfc-2019', value: 'smaller', evidence: 'recorded', says: 'keeps cma= below the DMA limit' },
    {
      since: '7.2',
      value: 'command-line',
      evidence: 'read',
      says: 'lets the limit of cma= replace the DMA limit',
    },
  ],
  reservedLine: [
    {
      since: 'rfc-2019',
      value: 'plain',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area',
    },
    {
      since: '6.12',
      value: 'with-node',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area, with a node',
    },
    {
      since: '6.17',
      value: 'plain',
      evidence: 'recorded',
      says: 'prints where it put the cma=/Kconfig area',
    },
  ],
  reserveAreaFailures: [
    {
      since: 'rfc-2019',
      value: 'some',
      evidence: 'recorded',
      says: 'reports most failures to reserve an area',
    },
    { since: '6.17', value: 'all', evidence: 'read', says: 'reports every failure to reserve an area' },
  ],
  noRoomErrno: [
    {
      since: 'rfc-2019',
      value: 'ENOMEM',
      evidence: 'recorded',
      says: 'calls a lack of contiguous pages ret: -12',
    },
    {
      since: '6.14',
      value: 'EBUSY',
      evidence: 'recorded',
      says: 'calls a lack of contiguous pages ret: -16',
    },
  ],
  tooLargeRequest: [
    {
      since: 'rfc-2019',
      value: 'silent',
      evidence: 'recorded',
      says: 'refuses more than the whole area in silence',
    },
    {
      since: '6.14',
      value: 'reported',
      evidence: 'recorded',
      says: 'reports requests for more than the whole area',
    },
  ],
  tooLargeCounts: [
    {
      since: 'rfc-2019',
      value: true,
      evidence: 'recorded',
      says: 'counts requests for more than the whole area',
    },
    {
      since: '6.12',
      value: false,
      evidence: 'recorded',
      says: 'does not count requests for more than the whole area',
    },
    {
      since: '6.14',
      value: true,
      evidence: 'recorded',
      says: 'counts requests for more than the whole area',
    },
  ],
  allocFailurePrefix: [
    {
      since: 'rfc-2019',
      value: 'cma: cma_alloc: ',
      evidence: 'read',
      says: 'reports failed allocations without the area',
    },
    {
      since: '5.15',
      value: 'cma: cma_alloc: %s: ',
      evidence: 'recorded',
      says: 'reports failed allocations with the area',
    },
    {
      since: '6.12',
      value: 'cma: __cma_alloc: %s: ',
      evidence: 'recorded',
      says: 'reports failed allocations of __cma_alloc',
    },
    {
      since: '7.1',
      value: 'cma: __cma_alloc_frozen: %s: ',
      evidence: 'read',
      says: 'reports failed allocations of __cma_alloc_frozen',
    },
  ],
  freeMap: [
    {
      since: 'rfc-2019',
      value: 'debug-only',
      evidence: 'read',
      says: 'prints the free ranges of an area with CMA_DEBUG only',
    },
    {
      since: '6.12',
      value: 'one-line',
      evidence: 'recorded',
      says: 'prints the free ranges of an area after a failure',
    },
    {
      since: '6.14',
      value: 'per-range',
      evidence: 'recorded',
      says: 'prints the free ranges of an area after a failure, in several lines',
    },
  ],
  failureRateLimit: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'prints every failed allocation' },
    {
      since: '6.1',
      value: true,
      evidence: 'read',
      says: 'prints at most ten failed allocations in five seconds',
    },
  ],
  cmaSysfs: [
    { since: 'rfc-2019', value: [], evidence: 'read', says: 'has no /sys/kernel/mm/cma' },
    {
      since: '5.13',
      value: ['alloc_pages_success', 'alloc_pages_fail'],
      evidence: 'recorded',
      says: 'counts allocated and refused pages in /sys/kernel/mm/cma',
    },
    {
      since: '6.10',
      value: ['alloc_pages_success', 'alloc_pages_fail', 'release_pages_success'],
      evidence: 'recorded',
      says: 'counts released pages in /sys/kernel/mm/cma',
    },
    {
      since: '6.13',
      value: [
        'alloc_pages_success',
        'alloc_pages_fail',
        'release_pages_success',
        'total_pages',
        'available_pages',
      ],
      evidence: 'recorded',
      says: 'shows total and available pages in /sys/kernel/mm/cma',
    },
  ],
  cmaDebugfsName: [
    {
      since: 'rfc-2019',
      value: 'cma-name-cut',
      evidence: 'recorded',
      says: 'calls a debugfs folder cma-NAME, cut to 15 characters',
    },
    {
      since: '5.15',
      value: 'name',
      evidence: 'recorded',
      says: 'calls the debugfs folder of an area by its name',
    },
  ],
  cmaDebugfsRanges: [
    { since: 'rfc-2019', value: false, evidence: 'recorded', says: 'shows one range per area in debugfs' },
    { since: '6.14', value: true, evidence: 'recorded', says: 'shows the ranges of an area in debugfs' },
  ],
  cmaVmstat: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'has no CMA counters in /proc/vmstat' },
    { since: '5.13', value: true, evidence: 'read', says: 'counts CMA allocations in /proc/vmstat' },
  ],
  atomicPools: [
    {
      since: 'rfc-2019',
      value: 'by-zone-config',
      evidence: 'recorded',
      says: 'takes an atomic pool for each configured zone from the default area',
    },
    {
      since: '7.2',
      value: 'zones-with-memory',
      evidence: 'recorded',
      says: 'takes an atomic pool for each zone that has memory of its own',
    },
  ],
};
