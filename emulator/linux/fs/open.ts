import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import {
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TRUNC,
} from '../uapi/fcntl.ts';
import { S_IFMT, S_IFREG } from '../uapi/stat.ts';
import { Dentry } from './dentry.ts';
import { OpenFile } from './file.ts';
import type { Inode, OpenRequest } from './inode.ts';
import { type Found, MAY_EXEC, MAY_READ, MAY_WRITE, permission, walk } from './namei.ts';

/** Opening files. Plays fs/open.c and the last step of fs/namei.c. */

/** A file opened with O_PATH: a place, and nothing that can be done with its content. */
class PathFile extends OpenFile {
  constructor(request: OpenRequest) {
    super(request.dentry.inode, request.flags, request.dentry);
  }
}

/** Flags that are not kept in the file. */
const notKept = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

/** build_open_flags(): refuses what cannot go together. */
function checkFlags(flags: number): Errno {
  if ((flags & O_PATH) !== 0) return 0;
  if ((flags & O_TMPFILE) === O_TMPFILE && (flags & O_ACCMODE) === O_RDONLY) return -errno.EINVAL;
  if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -errno.EINVAL;
  return 0;
}

/** do_sys_openat2(): a descriptor, or -errno. */
export function openAt(
  kernel: Kernel,
  task: Task,
  directoryFd: number,
  path: string,
  givenFlags: number,
  mode: number,
): Errno {
  const isPath = (givenFlags & O_PATH) !== 0;
  const flags = isPath
    ? givenFlags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    : givenFlags | O_LARGEFILE;
  const valid = checkFlags(flags);
  if (valid < 0) return valid;
  const fd = task.files.reserve(task.limits.files, (flags & O_CLOEXEC) !== 0);
  if (fd < 0) return fd;
  const file = openPath(kernel, task, directoryFd, path, flags, mode);
  if (typeof file === 'number') {
    task.files.unreserve(fd);
    return file;
  }
  task.files.install(fd, file);
  return fd;
}

/** path_openat(): the open file, or -errno. */
function openPath(
  kernel: Kernel,
  task: Task,
  directoryFd: number,
  path: string,
  flags: number,
  mode: number,
): OpenFile | Errno {
  const privileged = capable(task.credentials, 'CAP_SYS_ADMIN');
  const counted = kernel.files.opened(kernel, privileged);
  if (counted < 0) return counted;
  const creates = (flags & O_CREAT) !== 0;
  const exclusive = creates && (flags & O_EXCL) !== 0;
  const followLast = (flags & O_NOFOLLOW) === 0 && !exclusive;
  const found = walk(task, directoryFd, path, { followLast });
  const file = typeof found === 'number' ? found : openFound(kernel, task, found, flags, mode);
  if (typeof file === 'number') kernel.files.closed();
  return file;
}

function openFound(kernel: Kernel, task: Task, found: Found, flags: number, mode: number): OpenFile | Errno {
  const creates = (flags & O_CREAT) !== 0;
  if (found.dentry === undefined) {
    if (!creates || found.wantsDirectory) return creates ? -errno.EISDIR : -errno.ENOENT;
    const made = createIn(task, found, mode);
    if (typeof made === 'number') return made;
    return openInode(kernel, task, new Dentry(made, found.name, found.parent), flags);
  }
  if (creates && (flags & O_EXCL) !== 0) return -errno.EEXIST;
  const { inode } = found.dentry;
  if (((flags & O_DIRECTORY) !== 0 || found.wantsDirectory) && !inode.isDirectory) return -errno.ENOTDIR;
  if (creates && inode.isDirectory) return -errno.EISDIR;
  if (inode.isSymbolicLink && (flags & O_PATH) === 0) return -errno.ELOOP;
  const allowed = mayOpen(inode, task, flags);
  return allowed < 0 ? allowed : openInode(kernel, task, found.dentry, flags);
}

function createIn(task: Task, { parent, name }: Found, mode: number): Inode | Errno {
  const allowed = permission(parent.inode, task, MAY_WRITE | MAY_EXEC);
  if (allowed < 0) return allowed;
  const { uid, gid } = task.credentials;
  return parent.inode.create(name, { mode: S_IFREG | (mode & 0o7777 & ~task.umask), uid, gid });
}

/** may_open(): type and permissions. Access mode 3 asks for reading and writing. */
function mayOpen(inode: Inode, task: Task, flags: number): Errno {
  if ((flags & O_PATH) !== 0) return 0;
  const accessMode = flags & O_ACCMODE;
  const truncates = (flags & O_TRUNC) !== 0;
  const wanted =
    (accessMode === O_RDONLY ? MAY_READ : accessMode === 1 ? MAY_WRITE : MAY_READ | MAY_WRITE) |
    (truncates ? MAY_WRITE : 0);
  if (inode.isDirectory && (wanted & MAY_WRITE) !== 0) return -errno.EISDIR;
  const allowed = permission(inode, task, wanted);
  if (allowed < 0) return allowed;
  const owns = task.credentials.uid === inode.uid || capable(task.credentials, 'CAP_FOWNER');
  return (flags & O_NOATIME) !== 0 && !owns ? -errno.EPERM : 0;
}

/** do_dentry_open(): the inode's own open method, then what its file cannot do. */
function openInode(kernel: Kernel, task: Task, dentry: Dentry, flags: number): OpenFile | Errno {
  const { inode } = dentry;
  const kept = flags & ~notKept;
  const request: OpenRequest = {
    kernel,
    task,
    dentry,
    flags: (flags & O_PATH) !== 0 ? flags & ~O_CLOEXEC & ~O_NOFOLLOW : kept,
  };
  if ((flags & O_PATH) !== 0) return new PathFile(request);
  const file = inode.open(request);
  if (typeof file === 'number') return file;
  if ((flags & O_DIRECT) !== 0 && !file.canDirect) {
    file.put(kernel, 'failed-call', task);
    // The caller counts the failure once more.
    kernel.files.opened(kernel, true);
    return -errno.EINVAL;
  }
  if ((flags & O_TRUNC) !== 0 && (inode.mode & S_IFMT) === S_IFREG) inode.truncate(0);
  return file;
}
