import type { History } from './history.ts';

/** What happens to the nodes of /reserved-memory. */
export interface ReservedMemoryBehaviours {
  /** When the header's /memreserve/ entries are reserved. */
  readonly headerReservations: 'before-nodes' | 'after-nodes';
  /** The order in which regions are set up, and dynamic ones placed. */
  readonly regionOrder: 'sorted' | 'tree';
  /** What of a node's several `reg` entries is reserved. */
  readonly severalRegs: 'all' | 'all-with-warning' | 'first';
  /** A `reg` whose length does not fit: the node is dropped, or treated as one without `reg`. */
  readonly malformedReg: 'skip' | 'absent';
  /** The same for `alloc-ranges`. */
  readonly malformedAllocRanges: 'skip' | 'absent';
  /** When a no-map region is refused. */
  readonly noMapRefused: 'over-reserved' | 'over-reserved-memory';
  /** What a dynamic no-map region does to the memory map. */
  readonly dynamicNoMap: 'removed' | 'marked';
  /** The level of "failed to reserve memory". */
  readonly reserveFailure: 'info' | 'err';
  /** The line of a dynamic region without a place: its level, and whether it tells the size. */
  readonly placeFailure: 'info-without-size' | 'err-with-size';
  /** Whether a dynamic region is placed away from recorded ones that touch its range. */
  readonly searchDirection: 'top-down' | 'away-from-recorded';
  /** Whether static regions are scanned once, or reserved in one scan and set up in a later one. */
  readonly regionScans: 'one' | 'two';
  /** How lines of those scans begin. */
  readonly regionScanPrefix: 'OF: fdt: ' | 'OF: reserved mem: ';
  /** The line of a tree without /reserved-memory. */
  readonly missingNodeNotice: boolean;
  /** The line that each kept region prints. */
  readonly regionLine: 'none' | 'padded-kb' | 'kib';
  /** When overlaps are reported, and over which entries. */
  readonly overlapReport: 'before-placing' | 'after-set-up';
  /** Whether entries that begin at the same place are told apart by their place in the tree. */
  readonly overlapTie: 'size' | 'size-then-offset';
  /** How the table is sorted. */
  readonly regionSort: 'heap' | 'pairwise-heap';
  /** Whether a region that was given back stays in the table. */
  readonly returnedRegions: 'listed' | 'forgotten';
  /** Which descendants of /reserved-memory are regions. */
  readonly nestedRegions: 'scanned' | 'ignored';
  /** What an empty `reg` does: hides `size`, is read beyond its end in the second scan, or counts as absent. */
  readonly emptyReg: 'hides-size' | 'misread' | 'absent';
  /** How many regions the table holds, and what one too many prints. */
  readonly regionTable: 'fixed' | 'grown' | 'grown-names-skipped';
  /** When a default node is passed over for `cma=`. */
  readonly defaultNodeBypass: 'at-set-up' | 'before-reserving';
  /** Which errors of a handler let the next one try. */
  readonly handlerErrors: 'all-continue' | 'not-mine-continues';
  /** The unit in the line of a coherent pool. */
  readonly coherentPoolUnit: 'MiB' | 'KiB';
  /** Handlers beside CMA, coherent and restricted pools. */
  readonly restrictedPools: boolean;
  /** Whether a page that a no-map region shares with memory can still be used. */
  readonly pagesSharedWithNoMap: 'usable' | 'fault';
}

export const reservedMemoryHistory: History<ReservedMemoryBehaviours> = {
  headerReservations: [
    {
      since: 'rfc-2019',
      value: 'before-nodes',
      evidence: 'recorded',
      says: 'reserves the /memreserve/ entries before the nodes of /reserved-memory',
    },
    {
      since: '6.12',
      value: 'after-nodes',
      evidence: 'recorded',
      says: 'reserves the /memreserve/ entries after the nodes of /reserved-memory',
    },
  ],
  regionOrder: [
    {
      since: 'rfc-2019',
      value: 'sorted',
      evidence: 'recorded',
      says: 'sorts all regions with an unstable sort and places dynamic ones in that order',
    },
    {
      since: '6.12',
      value: 'tree',
      evidence: 'recorded',
      says: 'places dynamic regions in the order of the tree, and sets up static ones after them',
    },
  ],
  severalRegs: [
    {
      since: 'rfc-2019',
      value: 'all',
      evidence: 'recorded',
      says: 'reserves all ranges of a reg, of which drivers see the first',
    },
    {
      since: '6.12',
      value: 'all-with-warning',
      evidence: 'read',
      says: 'reserves all ranges of a reg and warns of those that no driver sees',
    },
    { since: '7.2', value: 'first', evidence: 'read', says: 'reserves only the first range of a reg' },
  ],
  malformedReg: [
    {
      since: 'rfc-2019',
      value: 'skip',
      evidence: 'recorded',
      says: 'skips a node whose reg has a wrong length, with a message',
    },
    { since: '7.2', value: 'absent', evidence: 'read', says: 'takes a reg of a wrong length as absent' },
  ],
  malformedAllocRanges: [
    {
      since: 'rfc-2019',
      value: 'skip',
      evidence: 'recorded',
      says: 'skips a node whose alloc-ranges have a wrong length, with a message',
    },
    {
      since: '7.2',
      value: 'absent',
      evidence: 'recorded',
      says: 'takes alloc-ranges of a wrong length as absent',
    },
  ],
  noMapRefused: [
    {
      since: 'rfc-2019',
      value: 'over-reserved',
      evidence: 'read',
      says: 'refuses a no-map region over anything reserved',
    },
    {
      since: '5.15',
      value: 'over-reserved-memory',
      evidence: 'recorded',
      says: 'refuses a no-map region over reserved memory only',
    },
  ],
  dynamicNoMap: [
    {
      since: 'rfc-2019',
      value: 'removed',
      evidence: 'recorded',
      says: 'takes a dynamic no-map region out of the memory map',
    },
    {
      since: '5.15',
      value: 'marked',
      evidence: 'recorded',
      says: 'marks a dynamic no-map region in the memory map',
    },
  ],
  reserveFailure: [
    {
      since: 'rfc-2019',
      value: 'info',
      evidence: 'recorded',
      says: 'reports a failed reservation as information',
    },
    { since: '5.19', value: 'err', evidence: 'recorded', says: 'reports a failed reservation as an error' },
  ],
  placeFailure: [
    {
      since: 'rfc-2019',
      value: 'info-without-size',
      evidence: 'recorded',
      says: 'reports a dynamic region without a place as information, without its size',
    },
    {
      since: '5.19',
      value: 'err-with-size',
      evidence: 'recorded',
      says: 'reports a dynamic region without a place as an error, with its size',
    },
  ],
  searchDirection: [
    { since: 'rfc-2019', value: 'top-down', evidence: 'recorded', says: 'places dynamic regions top-down' },
    {
      since: '6.6',
      value: 'away-from-recorded',
      evidence: 'read',
      says: 'places dynamic regions bottom-up where their range begins inside an earlier one',
    },
  ],
  regionScans: [
    {
      since: 'rfc-2019',
      value: 'one',
      evidence: 'recorded',
      says: 'looks at /reserved-memory once, and complains once about a wrong format',
    },
    {
      since: '6.12',
      value: 'two',
      evidence: 'recorded',
      says: 'looks at /reserved-memory twice, and complains twice about a wrong format',
    },
  ],
  regionScanPrefix: [
    {
      since: 'rfc-2019',
      value: 'OF: fdt: ',
      evidence: 'recorded',
      says: 'reports what is wrong with a region as "OF: fdt:"',
    },
    {
      since: '6.12',
      value: 'OF: reserved mem: ',
      evidence: 'recorded',
      says: 'reports what is wrong with a region as "OF: reserved mem:"',
    },
  ],
  missingNodeNotice: [
    {
      since: 'rfc-2019',
      value: false,
      evidence: 'recorded',
      says: 'is silent about a tree without /reserved-memory',
    },
    { since: '6.12', value: true, evidence: 'recorded', says: 'says that a tree has no /reserved-memory' },
  ],
  regionLine: [
    { since: 'rfc-2019', value: 'none', evidence: 'recorded', says: 'prints no line per region' },
    {
      since: '6.3',
      value: 'padded-kb',
      evidence: 'inferred',
      says: 'prints a line per region, its size in padded KB',
    },
    { since: '6.5', value: 'kib', evidence: 'recorded', says: 'prints a line per region, its size in KiB' },
  ],
  overlapReport: [
    {
      since: 'rfc-2019',
      value: 'before-placing',
      evidence: 'recorded',
      says: 'reports overlaps before dynamic regions have a place',
    },
    {
      since: '6.12',
      value: 'after-set-up',
      evidence: 'recorded',
      says: 'reports overlaps when all regions are set up',
    },
  ],
  overlapTie: [
    { since: 'rfc-2019', value: 'size', evidence: 'read', says: 'sorts regions by base and size' },
    {
      since: '6.12',
      value: 'size-then-offset',
      evidence: 'read',
      says: 'sorts regions by base, size and place in the tree',
    },
    { since: '7.2', value: 'size', evidence: 'read', says: 'sorts regions by base and size' },
  ],
  regionSort: [
    {
      since: 'rfc-2019',
      value: 'heap',
      evidence: 'recorded',
      says: 'sorts with a heap sort that takes one element at a time',
    },
    {
      since: '6.10',
      value: 'pairwise-heap',
      evidence: 'recorded',
      says: 'sorts with a heap sort that takes two elements at a time',
    },
  ],
  returnedRegions: [
    {
      since: 'rfc-2019',
      value: 'listed',
      evidence: 'recorded',
      says: 'keeps regions that were given back in its table',
    },
    {
      since: '7.2',
      value: 'forgotten',
      evidence: 'recorded',
      says: 'takes regions that were given back out of its table',
    },
  ],
  nestedRegions: [
    {
      since: 'rfc-2019',
      value: 'scanned',
      evidence: 'recorded',
      says: 'takes every node at any depth below /reserved-memory as a region',
    },
    {
      since: '5.18',
      value: 'ignored',
      evidence: 'recorded',
      says: 'takes only the children of /reserved-memory as regions',
    },
  ],
  emptyReg: [
    {
      since: 'rfc-2019',
      value: 'hides-size',
      evidence: 'recorded',
      says: 'lets an empty reg hide the size of a node',
    },
    {
      since: '6.12',
      value: 'misread',
      evidence: 'recorded',
      says: 'reads beyond the end of an empty reg',
    },
    { since: '7.2', value: 'absent', evidence: 'read', says: 'takes an empty reg as absent' },
  ],
  regionTable: [
    { since: 'rfc-2019', value: 'fixed', evidence: 'recorded', says: 'holds 64 regions' },
    {
      since: '6.12',
      value: 'grown',
      evidence: 'recorded',
      says: 'holds as many regions as the tree has, 64 of them dynamic',
    },
    {
      since: '7.3',
      value: 'grown-names-skipped',
      evidence: 'read',
      says: 'names a region for which its table has no room',
    },
  ],
  defaultNodeBypass: [
    {
      since: 'rfc-2019',
      value: 'at-set-up',
      evidence: 'recorded',
      says: 'reserves a default node and gives it back where cma= is given',
    },
    {
      since: '7.2',
      value: 'before-reserving',
      evidence: 'recorded',
      says: 'does not reserve a default node where cma= is given',
    },
  ],
  handlerErrors: [
    {
      since: 'rfc-2019',
      value: 'all-continue',
      evidence: 'read',
      says: 'lets the next handler try a region whatever the first one answered',
    },
    {
      since: '7.2',
      value: 'not-mine-continues',
      evidence: 'read',
      says: 'lets the next handler try a region only where the first one does not want it',
    },
  ],
  coherentPoolUnit: [
    {
      since: 'rfc-2019',
      value: 'MiB',
      evidence: 'recorded',
      says: 'tells the size of a coherent pool in MiB',
    },
    { since: '7.2', value: 'KiB', evidence: 'recorded', says: 'tells the size of a coherent pool in KiB' },
  ],
  restrictedPools: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'has no restricted DMA pools' },
    { since: '5.15', value: true, evidence: 'read', says: 'has restricted DMA pools' },
  ],
  pagesSharedWithNoMap: [
    {
      since: 'rfc-2019',
      value: 'usable',
      evidence: 'recorded',
      says: 'uses the rest of a page that a no-map region shares',
    },
    {
      since: '6.12',
      value: 'fault',
      evidence: 'recorded',
      says: 'dies where it uses the rest of a page that a no-map region shares',
    },
  ],
};
