import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { readUser } from '../../mm/uaccess.ts';
import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_SYNC_RW,
  DMA_BUF_SYNC_WRITE,
} from '../../uapi/dma-buf.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import type { DmaBuf } from './dma-buf.ts';
import { createSyncFile, deliverSyncFile, mergeFences, syncFileAt } from './sync-file.ts';

/** A buffer's fences as sync files, and back: the ioctls that drivers/dma-buf/dma-buf.c has since 6.0. */

/** The flags of an argument, or -EINVAL: reading, writing or both, and nothing else. */
function checkedFlags(bytes: Uint8Array): number {
  const flags = new DataView(bytes.buffer).getUint32(0, true);
  if ((flags & ~DMA_BUF_SYNC_RW) !== 0 || (flags & DMA_BUF_SYNC_RW) === 0) return -errno.EINVAL;
  return flags;
}

/** dma_buf_export_sync_file() */
function exportSyncFile(buffer: DmaBuf, argument: Register, kernel: Kernel, task: Task): Errno {
  const address = asAddress(argument);
  const bytes = readUser(task, address, 8);
  if (typeof bytes === 'number') return bytes;
  const flags = checkedFlags(bytes);
  if (flags < 0) return flags;
  const fd = task.files.reserve(task.limits.files, true);
  if (fd < 0) return fd;
  const access = (flags & DMA_BUF_SYNC_WRITE) !== 0 ? 'write' : 'read';
  const file = createSyncFile(kernel, mergeFences(kernel, buffer.reservation.fencesFor(access)));
  new DataView(bytes.buffer).setInt32(4, fd, true);
  return deliverSyncFile(kernel, task, fd, file, { address, bytes });
}

/** dma_buf_import_sync_file() */
function importSyncFile(buffer: DmaBuf, argument: Register, _kernel: Kernel, task: Task): Errno {
  const bytes = readUser(task, asAddress(argument), 8);
  if (typeof bytes === 'number') return bytes;
  const flags = checkedFlags(bytes);
  if (flags < 0) return flags;
  const file = syncFileAt(task, new DataView(bytes.buffer).getInt32(4, true));
  if (file === undefined) return -errno.EINVAL;
  const usage = (flags & DMA_BUF_SYNC_WRITE) !== 0 ? 'write' : 'read';
  for (const fence of file.fence.parts) buffer.reservation.add(fence, usage);
  return 0;
}

/** Makes buffers answer the two requests. */
export function addSyncFileIoctls(kernel: Kernel): Errno {
  if (!kernel.release.behaviours.syncFileIoctls) return 0;
  kernel.dmaBufs.addIoctl(DMA_BUF_IOCTL_EXPORT_SYNC_FILE, exportSyncFile);
  kernel.dmaBufs.addIoctl(DMA_BUF_IOCTL_IMPORT_SYNC_FILE, importSyncFile);
  return 0;
}
