import type { History } from './history.ts';

/** The sizes of blocks that the page allocator and CMA count in. */
export interface PageBlockBehaviours {
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
}

export const pageBlockHistory: History<PageBlockBehaviours> = {
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
};
