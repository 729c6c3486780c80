import type { Kernel } from '../../init/kernel.ts';
import { logLevels } from '../../kernel/printk.ts';
import type { Task } from '../../kernel/task.ts';
import { copyFromUser, copyToUser } from '../../mm/uaccess.ts';
import { DMA_HEAP_VALID_FD_FLAGS } from '../../uapi/dma-heap.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { iowr } from '../../uapi/ioctl.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import type { DmaHeap } from './dma-heap.ts';
import { allocateChecked } from './dma-heap-ioctl.ts';

/** The allocation request of the series of 2019: 32 bytes, two of its words reserved, the whole number compared. */
const dataBytes = 32;
/** DMA_HEAP_IOC_ALLOC */
export const DMA_HEAP_IOC_ALLOC = iowr('H', 0, dataBytes);

/** dma_heap_ioctl() of the series of 2019. */
export function allocateByWholeNumber(
  heap: DmaHeap,
  request: number,
  argument: Register,
  kernel: Kernel,
  task: Task,
): Errno {
  if (request !== DMA_HEAP_IOC_ALLOC) return -errno.ENOTTY;
  const bytes = new Uint8Array(dataBytes);
  const view = new DataView(bytes.buffer);
  if (!copyFromUser(task, asAddress(argument), bytes, dataBytes)) return -errno.EFAULT;
  const fdFlags = view.getUint32(12, true);
  if ([8, 24, 28].some((offset) => view.getUint32(offset, true) !== 0))
    return complain(kernel, 'ioctl data not valid');
  if ((fdFlags & ~DMA_HEAP_VALID_FD_FLAGS) !== 0) {
    return complain(kernel, 'fd_flags has invalid or unsupported flags set');
  }
  if (view.getBigUint64(16, true) !== 0n)
    return complain(kernel, 'heap flags has invalid or unsupported flags set');
  const pending = allocateChecked(heap, view, kernel, task);
  if (typeof pending === 'number') return pending;
  const { buffer, fd } = pending;
  task.files.install(fd, buffer.file);
  view.setUint32(8, fd, true);
  if (copyToUser(task, asAddress(argument), bytes)) return 0;
  task.files.remove(fd)?.put(kernel, 'failed-call', task);
  return -errno.EFAULT;
}

function complain(kernel: Kernel, text: string): Errno {
  kernel.log.once(logLevels.warning, `dma_heap: ${text}`);
  return -errno.EINVAL;
}
