import type { History } from './history.ts';

/** Reserved memory, CMA and the early boot. */
export interface MemoryBehaviours {
  /** When the header's /memreserve/ entries are reserved. */
  readonly headerReservations: 'before-nodes' | 'after-nodes';
}

export const memoryHistory: History<MemoryBehaviours> = {
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
};
