import type { Kernel } from '../init/kernel.ts';
import { blocked } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { accessOk, copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_APPEND, SEEK_MAX } from '../uapi/fcntl.ts';
import type { OpenFile } from './file.ts';

/** Reading, writing and seeking. Plays fs/read_write.c. */

/** MAX_RW_COUNT: what one call moves at most. */
const maximumCount = 0x7fff_f000;
/** UIO_MAXIOV */
const maximumVectors = 1024;

/** A piece of user memory. */
export interface UserRange {
  readonly address: number;
  readonly lengthBytes: number;
}

/** vfs_read() of one range at `position`; the file's own position is the caller's business. */
export function readRange(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  range: UserRange,
  position: number,
): Errno {
  if (!file.mayRead) return -errno.EBADF;
  if (!file.canRead) return -errno.EINVAL;
  if (!accessOk(range.address, range.lengthBytes)) return -errno.EFAULT;
  return inPieces(task, file, range, (address, length, done) => {
    const bytes = file.read(length, position + done, kernel, task);
    if (typeof bytes === 'number') return bytes;
    return copyToUser(task, address, bytes) ? bytes.length : -errno.EFAULT;
  });
}

/** vfs_write() of one range at `position`. */
export function writeRange(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  range: UserRange,
  position: number,
): Errno {
  if (!file.mayWrite) return -errno.EBADF;
  if (!file.canWrite) return -errno.EINVAL;
  if (!accessOk(range.address, range.lengthBytes)) return -errno.EFAULT;
  return inPieces(task, file, range, (address, length, done) => {
    const bytes = readUser(task, address, length);
    return typeof bytes === 'number' ? bytes : file.write(bytes, position + done, kernel, task);
  });
}

/** What is moved at once. */
const pieceBytes = 2 ** 20;

/**
 * Moves a range: at most what is mapped, and piece by piece where the file has positions. Others get one piece, since
 * they might wait for more.
 */
function inPieces(
  task: Task,
  file: OpenFile,
  { address, lengthBytes }: UserRange,
  move: (address: number, length: number, done: number) => Errno,
): Errno {
  const wanted = Math.min(lengthBytes, maximumCount);
  // Where nothing is mapped the file is asked all the same: at its end it does not matter.
  const reachable = task.memory.mappedPrefix(address, wanted) || Math.min(wanted, 1);
  let done = 0;
  do {
    const length = Math.min(reachable - done, pieceBytes);
    const moved = move(address + done, length, done);
    if (moved < 0) return done > 0 ? done : moved;
    done += moved;
    if (moved < length || !file.positioning.positional) break;
  } while (done < reachable);
  return done;
}

type Mover = typeof readRange;

/** read(), write() and their vector forms: moves at the file's position and then the position. */
export function moveAtPosition(
  kernel: Kernel,
  task: Task,
  fd: number,
  ranges: readonly UserRange[],
  move: Mover,
): Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  const appends = move === writeRange && (file.flags & O_APPEND) !== 0 && file.positioning.positional;
  if (appends) file.position = file.inode.sizeBytes;
  const moved = moveRanges(kernel, task, file, ranges, move, file.position);
  if (moved > 0 && file.positioning.seekable) file.position += moved;
  return moved;
}

/** pread(), pwrite() and their vector forms: ESPIPE where the file has no positions. */
export function moveAtOffset(
  kernel: Kernel,
  task: Task,
  fd: number,
  ranges: readonly UserRange[],
  offset: number,
  move: Mover,
): Errno {
  if (offset < 0) return -errno.EINVAL;
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  if (!file.positioning.positional) return -errno.ESPIPE;
  return moveRanges(kernel, task, file, ranges, move, offset);
}

/** Range after range until one moves less than it could. */
function moveRanges(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  ranges: readonly UserRange[],
  move: Mover,
  position: number,
): Errno {
  let total = 0;
  for (const range of ranges) {
    const moved = move(kernel, task, file, range, position + total);
    if (moved < 0) {
      if (moved === blocked && total > 0) task.wake();
      return total > 0 ? total : moved;
    }
    total += moved;
    if (moved < range.lengthBytes) break;
  }
  return total;
}

/** import_iovec(): struct iovec is a base and a length of 64 bits each. */
export function readVectors(task: Task, address: number, count: number): UserRange[] | Errno {
  if (count < 0 || count > maximumVectors) return -errno.EINVAL;
  const bytes = readUser(task, address, count * 16);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const ranges: UserRange[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = view.getBigUint64(index * 16 + 8, true);
    if (length >= 1n << 63n) return -errno.EINVAL;
    ranges.push({ address: Number(view.getBigUint64(index * 16, true)), lengthBytes: Number(length) });
  }
  return ranges;
}

/** lseek(): whence is checked first, then whether the file can be seeked at all. */
export function seek(task: Task, fd: number, offset: number, whence: number): Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  if (whence < 0 || whence > SEEK_MAX) return -errno.EINVAL;
  return file.positioning.seekable ? file.seek(offset, whence) : -errno.ESPIPE;
}
