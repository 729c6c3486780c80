import { O_ACCMODE, O_CLOEXEC } from './fcntl.ts';
import { iowr } from './ioctl.ts';
import { asUnsigned64, type Register } from './registers.ts';

/** The heap device's interface: include/uapi/linux/dma-heap.h. */

/** struct dma_heap_allocation_data: len u64 @0, fd u32 @8, fd_flags u32 @12, heap_flags u64 @16. */
export const allocationDataSizeBytes = 24;
export const DMA_HEAP_IOCTL_ALLOC = iowr('H', 0, allocationDataSizeBytes);
export const DMA_HEAP_VALID_FD_FLAGS = O_CLOEXEC | O_ACCMODE;

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

function putUint32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

function putUint64(bytes: Uint8Array, offset: number, value: Register): void {
  if (typeof value === 'number' && value >= 0) {
    putUint32(bytes, offset, value % 0x1_0000_0000);
    putUint32(bytes, offset + 4, value / 0x1_0000_0000);
    return;
  }
  const exact = asUnsigned64(value);
  putUint32(bytes, offset, Number(exact & 0xffff_ffffn));
  putUint32(bytes, offset + 4, Number(exact >> 32n));
}

/** As `encodeAllocationData`, into bytes that are there already. */
export function fillAllocationData(
  bytes: Uint8Array,
  length: Register,
  fdFlags: number,
  heapFlags: Register,
): void {
  putUint64(bytes, 0, length);
  putUint32(bytes, 8, 0);
  putUint32(bytes, 12, fdFlags);
  putUint64(bytes, 16, heapFlags);
}

/** The descriptor that an allocation left in its argument. */
export function allocatedFd(bytes: Uint8Array): number {
  const [low = 0, second = 0, third = 0, high = 0] = [bytes[8], bytes[9], bytes[10], bytes[11]];
  return (low | (second << 8) | (third << 16) | (high << 24)) >>> 0;
}
