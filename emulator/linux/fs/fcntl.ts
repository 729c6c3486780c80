import type { Kernel } from '../init/kernel.ts';
import { blocked } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { ShmemInode } from '../mm/shmem.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { VM_MAYWRITE, VM_SHARED } from '../mm/vm-area.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import * as f from '../uapi/fcntl.ts';
import { asAddress, asInt32, asSize, type Register } from '../uapi/registers.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../uapi/stat.ts';
import type { OpenFile } from './file.ts';
import { type FileLock, isLockType, locksOf } from './locks.ts';
import { PipeFile } from './pipe.ts';

/** fcntl(). Plays fs/fcntl.c. */

/** What F_SETFL can change. */
const settable = f.O_APPEND | f.O_NONBLOCK | f.FASYNC | f.O_DIRECT | f.O_NOATIME;
/** Commands that work on a file opened with O_PATH. */
const onPaths: ReadonlySet<number> = new Set([f.F_DUPFD, f.F_DUPFD_CLOEXEC, f.F_GETFD, f.F_SETFD, f.F_GETFL]);

/** Puts another descriptor onto a file, from `from` on. */
export function duplicate(task: Task, file: OpenFile, from: number, closeOnExec: boolean): Errno {
  const fd = task.files.reserve(task.limits.files, closeOnExec, from);
  if (fd >= 0) task.files.install(fd, file.get());
  return fd;
}

/** setfl(). O_ASYNC is kept only by files that can do it. */
function setFlags(file: OpenFile, flags: number): Errno {
  if ((flags & f.O_DIRECT) !== 0 && !file.canDirect) return -errno.EINVAL;
  const changeable = file.canAsync ? settable : settable & ~f.FASYNC;
  file.flags = (flags & changeable) | (file.flags & ~changeable);
  return 0;
}

/** sys_fcntl() */
export function fcntl(kernel: Kernel, task: Task, fd: number, command: number, argument: Register): Errno {
  const file = task.files.raw(fd);
  if (file === undefined) return -errno.EBADF;
  if (file.isPath && !onPaths.has(command)) return -errno.EBADF;
  switch (command) {
    case f.F_DUPFD:
    case f.F_DUPFD_CLOEXEC: {
      const from = asInt32(argument);
      if (from < 0 || from >= task.limits.files) return -errno.EINVAL;
      return duplicate(task, file, from, command === f.F_DUPFD_CLOEXEC);
    }
    case f.F_GETFD:
      return task.files.isCloseOnExec(fd) ? f.FD_CLOEXEC : 0;
    case f.F_SETFD:
      task.files.setCloseOnExec(fd, (asInt32(argument) & f.FD_CLOEXEC) !== 0);
      return 0;
    case f.F_GETFL:
      return file.flags;
    case f.F_SETFL:
      return setFlags(file, asInt32(argument));
    case f.F_GETOWN:
    case f.F_SETOWN:
    case f.F_GETSIG:
    case f.F_SETSIG:
      return 0;
    case f.F_GETLK:
    case f.F_SETLK:
    case f.F_SETLKW:
    case f.F_OFD_GETLK:
    case f.F_OFD_SETLK:
    case f.F_OFD_SETLKW:
      return lock(task, file, command, asAddress(argument));
    case f.F_GETLEASE:
      return f.F_UNLCK;
    case f.F_SETLEASE:
      return (file.inode.mode & S_IFMT) === S_IFREG ? -errno.EAGAIN : -errno.EINVAL;
    case f.F_NOTIFY:
      return (file.inode.mode & S_IFMT) === S_IFDIR ? -errno.EINVAL : -errno.ENOTDIR;
    case f.F_GETPIPE_SZ:
    case f.F_SETPIPE_SZ:
      return file instanceof PipeFile
        ? file.capacity(command === f.F_SETPIPE_SZ ? asSize(argument) : undefined)
        : -errno.EBADF;
    case f.F_GET_SEALS:
      return file.inode instanceof ShmemInode ? file.inode.seals : -errno.EINVAL;
    case f.F_ADD_SEALS:
      return addSeals(kernel, file, asInt32(argument));
    default:
      return -errno.EINVAL;
  }
}

/** memfd_add_seals() */
function addSeals(kernel: Kernel, file: OpenFile, seals: number): Errno {
  const { inode } = file;
  const known = f.F_SEAL_SEAL | f.F_SEAL_SHRINK | f.F_SEAL_GROW | f.F_SEAL_WRITE | f.F_SEAL_FUTURE_WRITE;
  if (!file.mayWrite) return -errno.EPERM;
  if ((seals & ~known) !== 0 || !(inode instanceof ShmemInode)) return -errno.EINVAL;
  if ((inode.seals & f.F_SEAL_SEAL) !== 0) return -errno.EPERM;
  const locksWriting = (seals & f.F_SEAL_WRITE) !== 0 && (inode.seals & f.F_SEAL_WRITE) === 0;
  if (locksWriting && isMappedWritable(kernel, inode)) return -errno.EBUSY;
  inode.seals |= seals;
  return 0;
}

function isMappedWritable(kernel: Kernel, inode: ShmemInode): boolean {
  const flags = VM_SHARED | VM_MAYWRITE;
  return kernel.tasks.all.some((task) =>
    task.memory.areas.some((area) => area.file?.inode === inode && (area.flags & flags) === flags),
  );
}

/** struct flock of 64-bit machines: l_type s16 @0, l_whence s16 @2, l_start s64 @8, l_len s64 @16, l_pid s32 @24. */
const flockBytes = 32;

function lock(task: Task, file: OpenFile, command: number, address: number): Errno {
  const bytes = readUser(task, address, flockBytes);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const type = view.getInt16(0, true);
  const isOpenFileLock = command >= f.F_OFD_GETLK;
  const wanted = requested(task, file, view, isOpenFileLock);
  if (typeof wanted === 'number') return wanted;
  const locks = locksOf(file);
  if (command === f.F_GETLK || command === f.F_OFD_GETLK) {
    if (type === f.F_UNLCK) return -errno.EINVAL;
    tellConflict(view, locks.conflict(wanted));
    return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
  }
  if (type === f.F_UNLCK) {
    locks.drop(wanted);
    return 0;
  }
  if (!(type === f.F_RDLCK ? file.mayRead : file.mayWrite)) return -errno.EBADF;
  if (locks.conflict(wanted) === undefined) {
    locks.take(wanted);
    return 0;
  }
  if (command === f.F_SETLK || command === f.F_OFD_SETLK) return -errno.EAGAIN;
  task.block({ queues: [locks.released], deadline: undefined });
  return blocked;
}

/** flock64_to_posix_lock(): the range that a struct flock means. */
function requested(task: Task, file: OpenFile, view: DataView, isOpenFileLock: boolean): FileLock | Errno {
  const type = view.getInt16(0, true);
  const whence = view.getInt16(2, true);
  const length = Number(view.getBigInt64(16, true));
  if (!isLockType(type) || whence < 0 || whence > f.SEEK_END) return -errno.EINVAL;
  if (isOpenFileLock && view.getInt32(24, true) !== 0) return -errno.EINVAL;
  const base = whence === f.SEEK_CUR ? file.position : whence === f.SEEK_END ? file.inode.sizeBytes : 0;
  const offset = base + Number(view.getBigInt64(8, true));
  const start = length < 0 ? offset + length : offset;
  if (start < 0) return -errno.EINVAL;
  const end = length === 0 ? Number.POSITIVE_INFINITY : length < 0 ? offset - 1 : offset + length - 1;
  return {
    kind: isOpenFileLock ? 'OFDLCK' : 'POSIX',
    owner: isOpenFileLock ? file : task.files,
    pid: isOpenFileLock ? -1 : task.pid,
    exclusive: type === f.F_WRLCK,
    start,
    end,
  };
}

function tellConflict(view: DataView, conflict: FileLock | undefined): void {
  if (conflict === undefined) {
    view.setInt16(0, f.F_UNLCK, true);
    return;
  }
  view.setInt16(0, conflict.exclusive ? f.F_WRLCK : f.F_RDLCK, true);
  view.setInt16(2, f.SEEK_SET, true);
  view.setBigInt64(8, BigInt(conflict.start), true);
  const endless = conflict.end === Number.POSITIVE_INFINITY;
  view.setBigInt64(16, endless ? 0n : BigInt(conflict.end - conflict.start + 1), true);
  view.setInt32(24, conflict.pid, true);
}
