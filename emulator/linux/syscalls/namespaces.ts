import type { Dentry } from '../fs/dentry.ts';
import { lookUp } from '../fs/namei.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { pathFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_FDCWD } from '../uapi/fcntl.ts';
import { asAddress, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/**
 * Another root folder, and folders seen in two places: what containers are made of. Plays fs/open.c and fs/namespace.c.
 * Deviations: there is one mount
 * namespace for all tasks, options are ignored, and what the kernel mounted beforehand can be mounted again and not be
 * taken away, so that a first program that sets up a board's file systems finds them.
 */

const MS_BIND = 4096;
const MS_REMOUNT = 32;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE and MS_SHARED. */
const MS_PROPAGATION = 0xf << 17;

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

/** do_mount() */
function mount(
  kernel: Kernel,
  task: Task,
  source: number,
  target: number,
  type: number,
  flags: number,
): Errno {
  if (!capable(task.credentials, 'CAP_SYS_ADMIN')) return -errno.EPERM;
  if ((flags & MS_BIND) !== 0) return bind(task, source, target);
  const to = found(task, target);
  if (typeof to === 'number') return to;
  if ((flags & (MS_REMOUNT | MS_PROPAGATION)) !== 0) return 0;
  const name = type === 0 ? -errno.EINVAL : pathFromUser(task, type);
  if (typeof name === 'number') return name;
  const root = kernel.mounts.rootOf(name);
  if (root === undefined) return -errno.ENODEV;
  if (!to.inode.isDirectory) return -errno.ENOTDIR;
  if (to.inode === root) return 0;
  const text = source === 0 ? 'none' : pathFromUser(task, source);
  to.inode.mounted = root;
  const { path } = to;
  kernel.mounts.table.push({
    source: typeof text === 'number' ? 'none' : text,
    path,
    type: name,
    root,
    under: to.inode,
  });
  return 0;
}

/** umount2(): what a program mounted; EINVAL for what is no mount, EBUSY for what the kernel needs. */
function unmount(kernel: Kernel, task: Task, target: number): Errno {
  if (!capable(task.credentials, 'CAP_SYS_ADMIN')) return -errno.EPERM;
  const at = found(task, target);
  if (typeof at === 'number') return at;
  const { table } = kernel.mounts;
  const index = table.findLastIndex(({ root, path }) => root === at.inode && path === at.path);
  const mounted = table[index];
  if (mounted === undefined) return -errno.EINVAL;
  if (mounted.under === undefined) return -errno.EBUSY;
  mounted.under.mounted = undefined;
  table.splice(index, 1);
  return 0;
}

/** do_loopback() */
function bind(task: Task, source: number, target: number): Errno {
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
    errnos: [...walking, 'ENODEV', 'EINVAL'],
    handler: (kernel, task, source, target, type, flags) =>
      mount(kernel, task, asAddress(source), asAddress(target), asAddress(type), asUint32(flags)),
  },
  {
    name: 'umount2',
    number: 39,
    errnos: [...walking, 'EINVAL', 'EBUSY'],
    handler: (kernel, task, target) => unmount(kernel, task, asAddress(target)),
  },
  {
    name: 'chroot',
    number: 51,
    errnos: walking,
    handler: (_kernel, task, path) => changeRoot(task, asAddress(path)),
  },
];
