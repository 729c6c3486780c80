import type { CallEvent } from '../event.ts';
import { isRecord, type TraceValue } from '../value.ts';

/** Whether a call allocates from a heap. */
export function isAllocation({ call, args, errno }: CallEvent): boolean {
  return call === 'ioctl' && args[1] === 'DMA_HEAP_IOCTL_ALLOC' && errno === undefined;
}

/** Whether an argument is only an address, because strace did not look behind it. */
export function isOpaque(value: TraceValue | undefined): boolean {
  return value !== undefined && !isRecord(value);
}
