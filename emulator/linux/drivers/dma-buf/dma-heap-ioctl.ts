import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { copyFromUser, copyToUser } from '../../mm/uaccess.ts';
import { allocationDataSizeBytes, DMA_HEAP_VALID_FD_FLAGS } from '../../uapi/dma-heap.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { ioctlNr, ioctlReads, ioctlSize, ioctlWrites } from '../../uapi/ioctl.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import type { DmaBuf } from './dma-buf.ts';
import type { DmaHeap } from './dma-heap.ts';

/**
 * The allocation request as merged in 5.6: dma_heap_ioctl() and below. Only the low byte of the number and
 * the direction bits count; the struct may be shorter or longer than the kernel's.
 */

const argumentBytes = new Uint8Array(allocationDataSizeBytes);
const argumentView = new DataView(argumentBytes.buffer);

/** An allocation whose descriptor is not installed yet. */
interface Pending {
  readonly buffer: DmaBuf;
  readonly fd: number;
}

/** dma_heap_ioctl() */
export function allocateByNumber(
  heap: DmaHeap,
  request: number,
  argument: Register,
  kernel: Kernel,
  task: Task,
): Errno {
  if (ioctlNr(request) >= 1) return -errno.EINVAL;
  const size = ioctlSize(request);
  const inBytes = ioctlWrites(request) ? Math.min(size, allocationDataSizeBytes) : 0;
  const outBytes = ioctlReads(request) ? Math.min(size, allocationDataSizeBytes) : 0;
  const address = asAddress(argument);
  const tail = copyInTail(request, size, address, task);
  if (tail < 0 || !copyFromUser(task, address, argumentBytes, inBytes)) return -errno.EFAULT;
  argumentBytes.fill(0, inBytes);
  const pending = allocate(heap, kernel, task);
  const installsFirst = kernel.release.behaviours.allocFdInstall === 'before-copy-out';
  if (typeof pending === 'number') {
    const faults = installsFirst && !copyToUser(task, address, argumentBytes, outBytes);
    return faults ? -errno.EFAULT : pending;
  }
  argumentView.setUint32(8, pending.fd, true);
  if (installsFirst) task.files.install(pending.fd, pending.buffer.file);
  if (copyToUser(task, address, argumentBytes, outBytes)) {
    if (!installsFirst) task.files.install(pending.fd, pending.buffer.file);
    return 0;
  }
  if (!installsFirst) {
    task.files.unreserve(pending.fd);
    pending.buffer.file.put(kernel, 'failed-call', task);
  }
  return -errno.EFAULT;
}

/** What the caller's struct has beyond the kernel's must be readable too, though nobody looks at it. */
function copyInTail(request: number, size: number, address: number, task: Task): Errno {
  if (size <= allocationDataSizeBytes || !ioctlWrites(request)) return 0;
  const tail = new Uint8Array(size - allocationDataSizeBytes);
  return copyFromUser(task, address + allocationDataSizeBytes, tail, tail.length) ? 0 : -errno.EFAULT;
}

/** dma_heap_ioctl_allocate(): the checks in their order, then the heap, then a descriptor number. */
function allocate(heap: DmaHeap, kernel: Kernel, task: Task): Pending | Errno {
  const fdFlags = argumentView.getUint32(12, true);
  if (argumentView.getUint32(8, true) !== 0) return -errno.EINVAL;
  if ((fdFlags & ~DMA_HEAP_VALID_FD_FLAGS) !== 0) return -errno.EINVAL;
  if (argumentView.getUint32(16, true) !== 0 || argumentView.getUint32(20, true) !== 0) return -errno.EINVAL;
  return allocateChecked(heap, argumentView, kernel, task);
}

/** What both forms of the request do once their flags are checked: the buffer, and a number for it. */
export function allocateChecked(heap: DmaHeap, view: DataView, kernel: Kernel, task: Task): Pending | Errno {
  const fdFlags = view.getUint32(12, true);
  const lengthBytes = alignedLength(view, kernel.pageSizeBytes);
  if (lengthBytes === 0) return -errno.EINVAL;
  const buffer = heap.operations.allocate({ heap, lengthBytes, fdFlags, heapFlags: 0n, kernel, task });
  if (typeof buffer === 'number') return buffer;
  const fd = kernel.dmaBufs.reserveFd(task, fdFlags);
  if (fd < 0) {
    buffer.file.put(kernel, 'failed-call', task);
    return fd;
  }
  return { buffer, fd };
}

/** PAGE_ALIGN(len): a length within a page of 2^64 wraps to 0. */
function alignedLength(view: DataView, pageSizeBytes: number): number {
  const high = view.getUint32(4, true);
  if (high < 0x20_0000) {
    return Math.ceil((high * 0x1_0000_0000 + view.getUint32(0, true)) / pageSizeBytes) * pageSizeBytes;
  }
  const page = BigInt(pageSizeBytes);
  return Number(BigInt.asUintN(64, view.getBigUint64(0, true) + page - 1n) & ~(page - 1n));
}
