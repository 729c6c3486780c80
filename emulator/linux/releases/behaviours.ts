import { type BufferBehaviours, bufferHistory } from './buffers.ts';
import { type HeapBehaviours, heapHistory } from './heaps.ts';
import type { History } from './history.ts';
import { type MemoryBehaviours, memoryHistory } from './memory.ts';

/** Everything that differs between releases, under one name each. */
export interface Behaviours extends MemoryBehaviours, HeapBehaviours, BufferBehaviours {}

export const behaviourHistory: History<Behaviours> = { ...memoryHistory, ...heapHistory, ...bufferHistory };
