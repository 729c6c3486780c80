import { lookUp, MAY_EXEC, MAY_WRITE, permission, walk } from '../fs/namei.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_FDCWD, AT_REMOVEDIR } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asSize, asUint32 } from '../uapi/registers.ts';
import { decodeDevice, S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../uapi/stat.ts';
import { walking, withPath } from './paths.ts';
import type { SystemCall } from './system-call.ts';

/** mkdirat(), mknodat() and symlinkat(): a new name in a folder. */
function make(
  task: Task,
  directoryFd: number,
  path: string,
  node: { readonly mode: number; readonly specialDevice?: number; readonly target?: string },
): Errno {
  const found = walk(task, directoryFd, path, { followLast: false });
  if (typeof found === 'number') return found;
  if (found.dentry !== undefined) return -errno.EEXIST;
  const { parent, name } = found;
  const allowed = permission(parent.inode, task, MAY_WRITE | MAY_EXEC);
  if (allowed < 0) return allowed;
  const { uid, gid } = task.credentials;
  const made = parent.inode.create(name, { ...node, uid, gid });
  return typeof made === 'number' ? made : 0;
}

/** do_mknodat(): device nodes need CAP_MKNOD. */
function makeNode(task: Task, directoryFd: number, path: string, mode: number, device: number): Errno {
  const type = mode & S_IFMT;
  if (type === S_IFDIR) return -errno.EPERM;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  const node = {
    mode: (type === 0 ? S_IFREG : type) | (mode & 0o7777 & ~task.umask),
    specialDevice: decodeDevice(device),
  };
  if (isDevice && device !== 0 && !capable(task.credentials, 'CAP_MKNOD')) return -errno.EPERM;
  if (isDevice && task.cgroup?.allowsDevice(type, node.specialDevice, 'm') === false) return -errno.EPERM;
  return make(task, directoryFd, path, node);
}

function unlink(task: Task, directoryFd: number, path: string, flags: number): Errno {
  if ((flags & ~AT_REMOVEDIR) !== 0) return -errno.EINVAL;
  const found = walk(task, directoryFd, path, { followLast: false });
  if (typeof found === 'number') return found;
  if (found.dentry === undefined) return -errno.ENOENT;
  const allowed = permission(found.parent.inode, task, MAY_WRITE | MAY_EXEC);
  if (allowed < 0) return allowed;
  const { isDirectory } = found.dentry.inode;
  if ((flags & AT_REMOVEDIR) !== 0 && !isDirectory) return -errno.ENOTDIR;
  if ((flags & AT_REMOVEDIR) === 0 && isDirectory) return -errno.EISDIR;
  return found.parent.inode.unlink(found.name);
}

/** readlinkat(): the text without a NUL, cut to the buffer. */
function readLink(task: Task, directoryFd: number, path: string, address: number, size: number): Errno {
  if (size <= 0) return -errno.EINVAL;
  const dentry = lookUp(task, directoryFd, path, { followLast: false });
  if (typeof dentry === 'number') return dentry;
  const text = dentry.inode.readLink(task);
  if (typeof text === 'number') return text;
  const bytes = new TextEncoder().encode(text).subarray(0, size);
  return copyToUser(task, address, bytes) ? bytes.length : -errno.EFAULT;
}

/** Fills a buffer with the working directory and its NUL; the length counts the NUL. */
function workingDirectory(task: Task, address: number, size: number): Errno {
  const bytes = new TextEncoder().encode(`${task.workingDirectory.path}\0`);
  if (bytes.length > size) return -errno.ERANGE;
  return copyToUser(task, address, bytes) ? bytes.length : -errno.EFAULT;
}

function enter(task: Task, dentry: Task['workingDirectory']): Errno {
  if (!dentry.inode.isDirectory) return -errno.ENOTDIR;
  const allowed = permission(dentry.inode, task, MAY_EXEC);
  if (allowed < 0) return allowed;
  task.workingDirectory = dentry;
  return 0;
}

/** Calls that make, remove and follow names. */
export const nameCalls: readonly SystemCall[] = [
  {
    name: 'getcwd',
    number: 17,
    errnos: ['ERANGE', 'EFAULT'],
    handler: (_kernel, task, address, size) => workingDirectory(task, asAddress(address), asSize(size)),
  },
  {
    name: 'mknodat',
    number: 33,
    errnos: [...walking, 'EEXIST', 'EPERM', 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, mode, device) =>
      withPath(task, path, (name) =>
        makeNode(task, asInt32(directoryFd), name, asUint32(mode), asUint32(device)),
      ),
  },
  {
    name: 'mkdirat',
    number: 34,
    errnos: [...walking, 'EEXIST', 'EPERM'],
    handler: (_kernel, task, directoryFd, path, mode) =>
      withPath(task, path, (name) =>
        make(task, asInt32(directoryFd), name, { mode: S_IFDIR | (asUint32(mode) & 0o7777 & ~task.umask) }),
      ),
  },
  {
    name: 'unlinkat',
    number: 35,
    errnos: [...walking, 'EINVAL', 'EISDIR', 'EPERM', 'ENOTEMPTY'],
    handler: (_kernel, task, directoryFd, path, flags) =>
      withPath(task, path, (name) => unlink(task, asInt32(directoryFd), name, asInt32(flags))),
  },
  {
    name: 'symlinkat',
    number: 36,
    errnos: [...walking, 'EEXIST', 'EPERM'],
    handler: (_kernel, task, target, directoryFd, path) =>
      withPath(task, target, (text) =>
        withPath(task, path, (name) =>
          make(task, asInt32(directoryFd), name, { mode: S_IFLNK | 0o777, target: text }),
        ),
      ),
  },
  {
    name: 'chdir',
    number: 49,
    errnos: walking,
    handler: (_kernel, task, path) =>
      withPath(task, path, (name) => {
        const dentry = lookUp(task, AT_FDCWD, name, { followLast: true });
        if (typeof dentry === 'number') return dentry;
        return enter(task, dentry);
      }),
  },
  {
    name: 'fchdir',
    number: 50,
    errnos: ['EBADF', 'ENOTDIR', 'EACCES'],
    handler: (_kernel, task, fd) => {
      const file = task.files.raw(asInt32(fd));
      if (file === undefined) return -errno.EBADF;
      return file.dentry === undefined ? -errno.ENOTDIR : enter(task, file.dentry);
    },
  },
  {
    name: 'readlinkat',
    number: 78,
    errnos: [...walking, 'EINVAL'],
    handler: (_kernel, task, directoryFd, path, address, size) =>
      withPath(task, path, (name) =>
        readLink(task, asInt32(directoryFd), name, asAddress(address), asInt32(size)),
      ),
  },
];
