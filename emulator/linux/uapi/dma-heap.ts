import { O_ACCMODE, O_CLOEXEC } from './fcntl.ts';
import { iowr } from './ioctl.ts';

/** The heap device's interface: include/uapi/linux/dma-heap.h. */

/** struct dma_heap_allocation_data: len u64 @0, fd u32 @8, fd_flags u32 @12, heap_flags u64 @16. */
export const allocationDataSizeBytes = 24;
export const DMA_HEAP_IOCTL_ALLOC = iowr('H', 0, allocationDataSizeBytes);
export const DMA_HEAP_VALID_FD_FLAGS = O_CLOEXEC | O_ACCMODE;
/** No heap flag is valid in any release. */
export const DMA_HEAP_VALID_HEAP_FLAGS = 0n;

/** The fields of an allocation request. */
export interface AllocationData {
  readonly length: bigint;
  readonly fd?: number;
  readonly fdFlags: number;
  readonly heapFlags?: bigint;
}

/** The request as the ioctl's argument, little-endian as on arm64. */
export function encodeAllocationData(data: AllocationData): Uint8Array {
  const bytes = new Uint8Array(allocationDataSizeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, data.length), true);
  view.setUint32(8, data.fd ?? 0, true);
  view.setUint32(12, data.fdFlags, true);
  view.setBigUint64(16, BigInt.asUintN(64, data.heapFlags ?? 0n), true);
  return bytes;
}

/** Reads an argument back; `bytes` holds at least 24. */
export function decodeAllocationData(bytes: Uint8Array): Required<AllocationData> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    length: view.getBigUint64(0, true),
    fd: view.getUint32(8, true),
    fdFlags: view.getUint32(12, true),
    heapFlags: view.getBigUint64(16, true),
  };
}
