import { type BufferBehaviours, bufferHistory } from './buffers.ts';
import { type CmaAllocationBehaviours, cmaAllocationHistory } from './cma-allocation.ts';
import { type CmaAreaBehaviours, cmaAreaHistory } from './cma-areas.ts';
import { type DeviceBehaviours, deviceHistory } from './devices.ts';
import { type EarlyBootBehaviours, earlyBootHistory } from './early-boot.ts';
import { type HeapBehaviours, heapHistory } from './heaps.ts';
import type { History } from './history.ts';
import { type ModuleBehaviours, moduleHistory } from './modules.ts';
import { type PageBlockBehaviours, pageBlockHistory } from './page-blocks.ts';
import { type RegionTableBehaviours, regionTableHistory } from './region-table.ts';
import { type ReservedMemoryBehaviours, reservedMemoryHistory } from './reserved-memory.ts';
import { type SystemFileBehaviours, systemFileHistory } from './system-files.ts';

/** Everything that differs between releases, under one name each. */
export interface Behaviours
  extends ReservedMemoryBehaviours,
    RegionTableBehaviours,
    PageBlockBehaviours,
    CmaAreaBehaviours,
    CmaAllocationBehaviours,
    EarlyBootBehaviours,
    HeapBehaviours,
    BufferBehaviours,
    DeviceBehaviours,
    ModuleBehaviours,
    SystemFileBehaviours {}

export const behaviourHistory: History<Behaviours> = {
  ...reservedMemoryHistory,
  ...regionTableHistory,
  ...pageBlockHistory,
  ...cmaAreaHistory,
  ...cmaAllocationHistory,
  ...earlyBootHistory,
  ...heapHistory,
  ...bufferHistory,
  ...deviceHistory,
  ...moduleHistory,
  ...systemFileHistory,
};
