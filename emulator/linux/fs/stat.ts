import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.ts';
import { encodeStat } from '../uapi/stat.ts';
import type { FileSystem, Inode } from './inode.ts';
import { lookUp } from './namei.ts';

/** Asking about files. Plays fs/stat.c and fs/statfs.c. */

/** The inode that a *at() call means: a path, or the descriptor itself with AT_EMPTY_PATH. */
export function inodeAt(task: Task, directoryFd: number, path: string, flags: number): Inode | Errno {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) !== 0) return -errno.EINVAL;
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) {
    return task.files.raw(directoryFd)?.inode ?? -errno.EBADF;
  }
  const dentry = lookUp(task, directoryFd, path, { followLast: (flags & AT_SYMLINK_NOFOLLOW) === 0 });
  return typeof dentry === 'number' ? dentry : dentry.inode;
}

/** Stores struct stat. */
export function putStat(task: Task, address: number, inode: Inode): Errno {
  return copyToUser(task, address, encodeStat(inode.status())) ? 0 : -errno.EFAULT;
}

/** struct statfs of 64-bit machines: include/uapi/asm-generic/statfs.h. */
export function putStatFs(
  kernel: Kernel,
  task: Task,
  address: number,
  { magic, blockSizeBytes }: FileSystem,
): Errno {
  const bytes = new Uint8Array(120);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(magic), true);
  view.setBigInt64(8, BigInt(blockSizeBytes), true);
  const isMemory = magic === kernel.mounts.shm.magic;
  if (isMemory) {
    view.setBigInt64(16, BigInt(Math.floor(kernel.pages.totalPages / 2)), true);
    view.setBigInt64(24, BigInt(kernel.pages.freePages), true);
    view.setBigInt64(32, BigInt(kernel.pages.freePages), true);
  }
  view.setBigInt64(64, 255n, true);
  view.setBigInt64(72, BigInt(blockSizeBytes), true);
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}
