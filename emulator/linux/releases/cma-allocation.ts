import type { History } from './history.ts';

/** Allocations from CMA areas: who takes from them, what failures say, and where they are counted. */
export interface CmaAllocationBehaviours {
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
  /** Whether pages can be allocated whose pageblock reaches beyond what their zone spans. */
  readonly blocksBeyondZone: 'allocated' | 'busy';
  /** What becomes of pages that two overlapping areas gave to the page allocator: nobody's, or whose who asks first. */
  readonly sharedAreaPages: 'bad' | 'first-come';
  /** Which atomic pools exist. */
  readonly atomicPools: 'by-zone-config' | 'zones-with-memory';
}

export const cmaAllocationHistory: History<CmaAllocationBehaviours> = {
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
  sharedAreaPages: [
    {
      since: 'rfc-2019',
      value: 'bad',
      evidence: 'recorded',
      says: 'finds pages bad that two areas share',
    },
    {
      since: '6.3',
      value: 'first-come',
      evidence: 'inferred',
      says: 'gives pages that two areas share to the one that asks first',
    },
    {
      since: '6.12',
      value: 'first-come',
      evidence: 'recorded',
      says: 'gives pages that two areas share to the one that asks first',
    },
  ],
  blocksBeyondZone: [
    {
      since: 'rfc-2019',
      value: 'allocated',
      evidence: 'recorded',
      says: 'hands out pages of an area that lie behind the end of memory',
    },
    {
      since: '6.10',
      value: 'busy',
      evidence: 'inferred',
      says: 'finds all pages busy whose pageblock reaches behind the end of memory',
    },
    {
      since: '6.12',
      value: 'busy',
      evidence: 'recorded',
      says: 'finds all pages busy whose pageblock reaches behind the end of memory',
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
