import type { History } from './history.ts';

/** The table of regions: which nodes it holds, how they are scanned, and who sets them up. */
export interface RegionTableBehaviours {
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

export const regionTableHistory: History<RegionTableBehaviours> = {
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
