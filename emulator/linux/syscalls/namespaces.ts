import type { Dentry } from '../fs/dentry.ts';
import { lookUp } from '../fs/namei.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { pathFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_FDCWD } from '../uapi/fcntl.ts';
import { asAddress, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/**
 * Another root folder, and folders seen in two places: what containers are made of. Plays fs/open.c and fs/namespace.c.
 * Deviation: there is one mount namespace for all tasks, and mount() knows bind mounts alone.
 */

const MS_BIND = 4096;
const MS_REC = 16384;

function found(task: Task, address: number): Dentry | Errno {
  const path = pathFromUser(task, address);
  return typeof path === 'number' ? path : lookUp(task, AT_FDCWD, path, { followLast: true });
}

/** chroot() */
function changeRoot(task: Task, address: number): Errno {
  const dentry = found(task, address);
  if (typeof dentry === 'number') return dentry;
  if (!dentry.inode.isDirectory) return -errno.ENOTDIR;
  if (!capable(task.credentials, 'CAP_SYS_CHROOT')) return -errno.EPERM;
  task.root = dentry;
  return 0;
}

/** do_loopback() */
function bind(task: Task, source: number, target: number, flags: number): Errno {
  if (!capable(task.credentials, 'CAP_SYS_ADMIN')) return -errno.EPERM;
  if ((flags & ~MS_REC) !== MS_BIND) return -errno.ENODEV;
  const from = found(task, source);
  if (typeof from === 'number') return from;
  const to = found(task, target);
  if (typeof to === 'number') return to;
  if (from.inode.isDirectory !== to.inode.isDirectory) return -errno.ENOTDIR;
  to.inode.mounted = from.inode;
  return 0;
}

const walking = ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'EFAULT', 'EPERM'] as const;

/** Calls on what a task sees of the file systems. */
export const namespaceCalls: readonly SystemCall[] = [
  {
    name: 'mount',
    number: 40,
    errnos: [...walking, 'ENODEV'],
    handler: (_kernel, task, source, target, _type, flags) =>
      bind(task, asAddress(source), asAddress(target), asUint32(flags)),
  },
  {
    name: 'chroot',
    number: 51,
    errnos: walking,
    handler: (_kernel, task, path) => changeRoot(task, asAddress(path)),
  },
];
