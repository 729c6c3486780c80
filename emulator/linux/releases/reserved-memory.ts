import type { History } from './history.ts';

/** What the nodes of /reserved-memory reserve, and where. */
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
};
