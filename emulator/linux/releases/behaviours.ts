import { type BufferBehaviours, bufferHistory } from './buffers.ts';
import { type ContiguousBehaviours, contiguousHistory } from './contiguous.ts';
import { type DeviceBehaviours, deviceHistory } from './devices.ts';
import { type EarlyBootBehaviours, earlyBootHistory } from './early-boot.ts';
import { type HeapBehaviours, heapHistory } from './heaps.ts';
import type { History } from './history.ts';
import { type ModuleBehaviours, moduleHistory } from './modules.ts';
import { type ReservedMemoryBehaviours, reservedMemoryHistory } from './reserved-memory.ts';
import { type SystemFileBehaviours, systemFileHistory } from './system-files.ts';

/** Everything that differs between releases, under one name each. */
export interface Behaviours
  extends ReservedMemoryBehaviours,
    ContiguousBehaviours,
    EarlyBootBehaviours,
    HeapBehaviours,
    BufferBehaviours,
    DeviceBehaviours,
    ModuleBehaviours,
    SystemFileBehaviours {}

export const behaviourHistory: History<Behaviours> = {
  ...reservedMemoryHistory,
  ...contiguousHistory,
  ...earlyBootHistory,
  ...heapHistory,
  ...bufferHistory,
  ...deviceHistory,
  ...moduleHistory,
  ...systemFileHistory,
};
