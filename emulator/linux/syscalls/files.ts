import type { Inode } from '../fs/inode.ts';
import { DirectoryFile } from '../fs/libfs.ts';
import { MAY_WRITE, permission } from '../fs/namei.ts';
import { openAt } from '../fs/open.ts';
import { inodeAt, putStat, putStatFs } from '../fs/stat.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, pathFromUser } from '../mm/uaccess.ts';
import { encodeDirectoryEntry } from '../uapi/dirent.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asOffset, asUint32, type Register } from '../uapi/registers.ts';
import { S_IFMT, S_IFREG } from '../uapi/stat.ts';
import { walking, withPath } from './paths.ts';
import type { SystemCall } from './system-call.ts';

/** getdents64(): as many whole records as fit; EINVAL where not even one does. */
function getDirectoryEntries(task: Task, fd: number, address: number, size: number): Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  if (!(file instanceof DirectoryFile)) return -errno.ENOTDIR;
  const entries = file.list(task);
  if (typeof entries === 'number') return entries;
  let filled = 0;
  for (const entry of entries.slice(file.position)) {
    const record = encodeDirectoryEntry(entry, file.position + 1);
    if (filled + record.length > size) return filled > 0 ? filled : -errno.EINVAL;
    if (!copyToUser(task, address + filled, record)) return filled > 0 ? filled : -errno.EFAULT;
    filled += record.length;
    file.position += 1;
  }
  return filled;
}

function changeMode(task: Task, inode: Inode, mode: number): Errno {
  if (task.credentials.uid !== inode.uid && !capable(task.credentials, 'CAP_FOWNER')) return -errno.EPERM;
  inode.mode = (inode.mode & S_IFMT) | (mode & 0o7777);
  return 0;
}

/** chown_common(): an id of -1 stays as it is. */
function changeOwner(task: Task, inode: Inode, uid: number, gid: number): Errno {
  const { credentials } = task;
  const [newUid, newGid] = [uid === -1 ? inode.uid : uid, gid === -1 ? inode.gid : gid];
  const ownGroup = newGid === inode.gid || newGid === credentials.gid || credentials.groups.includes(newGid);
  const allowed = credentials.uid === inode.uid && newUid === inode.uid && ownGroup;
  if (!allowed && !capable(credentials, 'CAP_CHOWN')) return -errno.EPERM;
  inode.uid = newUid;
  inode.gid = newGid;
  return 0;
}

/** do_sys_ftruncate(): only regular files that are open for writing. */
function truncateFd(task: Task, fd: number, length: Register): Errno {
  const size = asOffset(length);
  if (size < 0) return -errno.EINVAL;
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  if ((file.inode.mode & S_IFMT) !== S_IFREG || !file.mayWrite) return -errno.EINVAL;
  return file.inode.truncate(size);
}

function onDescriptor(task: Task, fd: number, act: (inode: Inode) => Errno): Errno {
  const file = task.files.get(fd);
  return file === undefined ? -errno.EBADF : act(file.inode);
}

function onPath(
  task: Task,
  directoryFd: Register,
  path: Register,
  flags: Register,
  act: (inode: Inode) => Errno,
): Errno {
  const name = pathFromUser(task, asAddress(path));
  if (typeof name === 'number') return name;
  const inode = inodeAt(task, asInt32(directoryFd), name, asInt32(flags));
  return typeof inode === 'number' ? inode : act(inode);
}

function statFsOf(kernel: Kernel, task: Task, inode: Inode, address: Register): Errno {
  return putStatFs(kernel, task, asAddress(address), inode.fileSystem);
}

/** Calls on files and inodes. */
export const fileCalls: readonly SystemCall[] = [
  {
    name: 'statfs',
    number: 43,
    errnos: walking,
    handler: (kernel, task, path, address) =>
      onPath(task, AT_FDCWD, path, 0, (inode) => statFsOf(kernel, task, inode, address)),
  },
  {
    name: 'fstatfs',
    number: 44,
    errnos: ['EBADF', 'EFAULT'],
    handler: (kernel, task, fd, address) => {
      const inode = task.files.raw(asInt32(fd))?.inode;
      return inode === undefined ? -errno.EBADF : statFsOf(kernel, task, inode, address);
    },
  },
  {
    name: 'truncate',
    number: 45,
    errnos: [...walking, 'EINVAL', 'EISDIR', 'EPERM'],
    handler: (_kernel, task, path, length) =>
      onPath(task, AT_FDCWD, path, 0, (inode) => {
        const size = asOffset(length);
        if (size < 0) return -errno.EINVAL;
        if (inode.isDirectory) return -errno.EISDIR;
        if ((inode.mode & S_IFMT) !== S_IFREG) return -errno.EINVAL;
        const allowed = permission(inode, task, MAY_WRITE);
        return allowed < 0 ? allowed : inode.truncate(size);
      }),
  },
  {
    name: 'ftruncate',
    number: 46,
    errnos: ['EBADF', 'EINVAL', 'EPERM', 'EFBIG'],
    handler: (_kernel, task, fd, length) => truncateFd(task, asInt32(fd), length),
  },
  {
    name: 'faccessat',
    number: 48,
    errnos: [...walking, 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, mode) => access(task, directoryFd, path, mode, 0),
  },
  {
    name: 'fchmod',
    number: 52,
    errnos: ['EBADF', 'EPERM'],
    handler: (_kernel, task, fd, mode) =>
      onDescriptor(task, asInt32(fd), (inode) => changeMode(task, inode, asUint32(mode))),
  },
  {
    name: 'fchmodat',
    number: 53,
    errnos: [...walking, 'EPERM'],
    handler: (_kernel, task, directoryFd, path, mode) =>
      onPath(task, directoryFd, path, 0, (inode) => changeMode(task, inode, asUint32(mode))),
  },
  {
    name: 'fchownat',
    number: 54,
    errnos: [...walking, 'EPERM', 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, uid, gid, flags) =>
      onPath(task, directoryFd, path, flags, (inode) => changeOwner(task, inode, asInt32(uid), asInt32(gid))),
  },
  {
    name: 'fchown',
    number: 55,
    errnos: ['EBADF', 'EPERM'],
    handler: (_kernel, task, fd, uid, gid) =>
      onDescriptor(task, asInt32(fd), (inode) => changeOwner(task, inode, asInt32(uid), asInt32(gid))),
  },
  {
    name: 'openat',
    number: 56,
    errnos: [
      ...walking,
      'EMFILE',
      'ENFILE',
      'EINVAL',
      'EEXIST',
      'EISDIR',
      'ENXIO',
      'ENODEV',
      'EPERM',
      'ENOSPC',
      'EROFS',
      'EBUSY',
      'ENOMEM',
    ],
    handler: (kernel, task, directoryFd, path, flags, mode) =>
      withPath(task, path, (name) =>
        openAt(kernel, task, asInt32(directoryFd), name, asInt32(flags), asUint32(mode)),
      ),
  },
  {
    name: 'getdents64',
    number: 61,
    errnos: ['EBADF', 'ENOTDIR', 'EINVAL', 'EFAULT', 'ENOENT'],
    handler: (_kernel, task, fd, address, size) =>
      getDirectoryEntries(task, asInt32(fd), asAddress(address), asUint32(size)),
  },
  {
    name: 'newfstatat',
    number: 79,
    errnos: [...walking, 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, address, flags) =>
      onPath(task, directoryFd, path, flags, (inode) => putStat(task, asAddress(address), inode)),
  },
  {
    name: 'fstat',
    number: 80,
    errnos: ['EBADF', 'EFAULT'],
    handler: (_kernel, task, fd, address) => {
      const inode = task.files.raw(asInt32(fd))?.inode;
      return inode === undefined ? -errno.EBADF : putStat(task, asAddress(address), inode);
    },
  },
  {
    name: 'faccessat2',
    number: 439,
    errnos: [...walking, 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, mode, flags) =>
      access(task, directoryFd, path, mode, asInt32(flags)),
  },
];

/** do_faccessat(); real and effective ids are one here. */
function access(task: Task, directoryFd: Register, path: Register, mode: Register, flags: number): Errno {
  const wanted = asInt32(mode);
  if ((wanted & ~0o7) !== 0 || (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0)
    return -errno.EINVAL;
  return onPath(task, directoryFd, path, flags & ~AT_EACCESS, (inode) => permission(inode, task, wanted));
}
