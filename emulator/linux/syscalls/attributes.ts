import type { Inode } from '../fs/inode.ts';
import { lookUp, MAY_WRITE, permission } from '../fs/namei.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { pathFromUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.ts';
import { asAddress, asInt32, type Register } from '../uapi/registers.ts';
import { walking, withPath } from './paths.ts';
import type { SystemCall } from './system-call.ts';

/** Times of files, and extended attributes, of which no file system here has any. */

const UTIME_NOW = 0x3fff_ffffn;
const UTIME_OMIT = 0x3fff_fffen;
const second = 1_000_000_000n;

/** The second of two times: one time is kept for each file, that of its last change. */
function changeTime(kernel: Kernel, bytes: Uint8Array): bigint | undefined | Errno {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const at of [0, 16]) {
    const nanoseconds = view.getBigInt64(at + 8, true);
    const isTime = nanoseconds >= 0n && nanoseconds < second;
    if (!isTime && nanoseconds !== UTIME_NOW && nanoseconds !== UTIME_OMIT) return -errno.EINVAL;
  }
  const nanoseconds = view.getBigInt64(24, true);
  if (nanoseconds === UTIME_OMIT) return undefined;
  return nanoseconds === UTIME_NOW ? kernel.clock.now : view.getBigInt64(16, true) * second + nanoseconds;
}

function setTimes(kernel: Kernel, task: Task, inode: Inode, times: number): Errno {
  const { uid } = task.credentials;
  const isOwner = uid === inode.uid || capable(task.credentials, 'CAP_FOWNER');
  if (times === 0) {
    if (!isOwner && permission(inode, task, MAY_WRITE) < 0) return -errno.EACCES;
    inode.timeNanoseconds = kernel.clock.now;
    return 0;
  }
  const bytes = readUser(task, times, 32);
  if (typeof bytes === 'number') return bytes;
  const time = changeTime(kernel, bytes);
  if (typeof time === 'number') return time;
  if (!isOwner) return -errno.EPERM;
  if (time !== undefined) inode.timeNanoseconds = time;
  return 0;
}

/** utimensat(): of a path, or of the descriptor itself where none is given. */
function setTimesAt(
  kernel: Kernel,
  task: Task,
  fd: number,
  path: Register,
  times: number,
  flags: number,
): Errno {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -errno.EINVAL;
  if (asAddress(path) === 0 && fd !== AT_FDCWD) {
    const file = task.files.get(fd);
    return file === undefined ? -errno.EBADF : setTimes(kernel, task, file.inode, times);
  }
  return withPath(task, path, (name) => {
    const dentry = lookUp(task, fd, name, { followLast: (flags & AT_SYMLINK_NOFOLLOW) === 0 });
    return typeof dentry === 'number' ? dentry : setTimes(kernel, task, dentry.inode, times);
  });
}

/** How a call names a file: a path, a path whose last link is meant itself, or a descriptor. */
type Naming = 'path' | 'link' | 'descriptor';

function attributeCall(name: string, number: number, naming: Naming, answer: Errno): SystemCall {
  return {
    name,
    number,
    errnos: [...walking, 'EOPNOTSUPP'],
    handler: (_kernel, task, which) => {
      if (naming === 'descriptor')
        return task.files.get(asInt32(which)) === undefined ? -errno.EBADF : answer;
      const path = pathFromUser(task, asAddress(which));
      if (typeof path === 'number') return path;
      const dentry = lookUp(task, AT_FDCWD, path, { followLast: naming === 'path' });
      return typeof dentry === 'number' ? dentry : answer;
    },
  };
}

const namings = [
  ['', 'path'],
  ['l', 'link'],
  ['f', 'descriptor'],
] as const;

export const attributeCalls: readonly SystemCall[] = [
  ...namings.flatMap(([prefix, naming], index) => [
    attributeCall(`${prefix}setxattr`, 5 + index, naming, -errno.EOPNOTSUPP),
    attributeCall(`${prefix}getxattr`, 8 + index, naming, -errno.EOPNOTSUPP),
    attributeCall(`${prefix}listxattr`, 11 + index, naming, 0),
    attributeCall(`${prefix}removexattr`, 14 + index, naming, -errno.EOPNOTSUPP),
  ]),
  {
    name: 'utimensat',
    number: 88,
    errnos: [...walking, 'EINVAL', 'EPERM'],
    handler: (kernel, task, fd, path, times, flags) =>
      setTimesAt(kernel, task, asInt32(fd), path, asAddress(times), asInt32(flags)),
  },
];
