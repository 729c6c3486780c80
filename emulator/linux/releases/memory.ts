import { type ContiguousBehaviours, contiguousHistory } from './contiguous.ts';
import { type EarlyBootBehaviours, earlyBootHistory } from './early-boot.ts';
import type { History } from './history.ts';
import { type ReservedMemoryBehaviours, reservedMemoryHistory } from './reserved-memory.ts';

/** Reserved memory, CMA and the early boot. */
export interface MemoryBehaviours
  extends ReservedMemoryBehaviours,
    ContiguousBehaviours,
    EarlyBootBehaviours {}

export const memoryHistory: History<MemoryBehaviours> = {
  ...reservedMemoryHistory,
  ...contiguousHistory,
  ...earlyBootHistory,
};
