import type { Dentry } from '../fs/dentry.ts';
import { type Found, lookUp, MAY_EXEC, MAY_WRITE, permission, walk } from '../fs/namei.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_EMPTY_PATH, AT_SYMLINK_FOLLOW } from '../uapi/fcntl.ts';
import { asInt32, asUint32, type Register } from '../uapi/registers.ts';
import { walking, withPath } from './paths.ts';
import type { SystemCall } from './system-call.ts';

/** Calls that give files other names. Plays do_renameat2() and do_linkat() of fs/namei.c. */

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;
const RENAME_WHITEOUT = 4;

const mayChange = (task: Task, folder: Dentry): Errno => permission(folder.inode, task, MAY_WRITE | MAY_EXEC);

/** A folder with S_ISVTX lets only owners take names away. */
function mayTake(task: Task, { parent, dentry }: Found): Errno {
  const allowed = mayChange(task, parent);
  if (allowed < 0 || dentry === undefined || (parent.inode.mode & 0o1000) === 0) return allowed;
  const { uid } = task.credentials;
  const isOwner = uid === dentry.inode.uid || uid === parent.inode.uid;
  return isOwner || capable(task.credentials, 'CAP_FOWNER') ? 0 : -errno.EPERM;
}

function isBelow(folder: Dentry, other: Dentry): boolean {
  for (let at: Dentry | undefined = folder; at !== undefined; at = at.parent)
    if (at.inode === other.inode) return true;
  return false;
}

function rename(task: Task, from: Found, to: Found, flags: number): Errno {
  if (from.parent.inode.fileSystem !== to.parent.inode.fileSystem) return -errno.EXDEV;
  const { dentry: source } = from;
  const { dentry: target } = to;
  const exchanges = (flags & RENAME_EXCHANGE) !== 0;
  if (source === undefined) return -errno.ENOENT;
  if (source.name === '' || to.name === '' || from.name === '..' || to.name === '..') return -errno.EBUSY;
  if (source.inode.fileSystem !== from.parent.inode.fileSystem) return -errno.EBUSY;
  if (target !== undefined && (flags & RENAME_NOREPLACE) !== 0) return -errno.EEXIST;
  if (target === undefined && exchanges) return -errno.ENOENT;
  if (!source.inode.isDirectory && (from.wantsDirectory || (to.wantsDirectory && !exchanges)))
    return -errno.ENOTDIR;
  if (source.inode.isDirectory && isBelow(to.parent, source)) return -errno.EINVAL;
  if (target !== undefined && isBelow(from.parent, target))
    return exchanges ? -errno.EINVAL : -errno.ENOTEMPTY;
  if (source.inode === target?.inode) return 0;
  const allowed = mayTake(task, from) || mayTake(task, to);
  if (allowed < 0) return allowed;
  if (exchanges) return from.parent.inode.exchange(from.name, to.parent.inode, to.name);
  if (target !== undefined && source.inode.isDirectory !== target.inode.isDirectory)
    return target.inode.isDirectory ? -errno.EISDIR : -errno.ENOTDIR;
  return from.parent.inode.rename(from.name, to.parent.inode, to.name);
}

function renameAt(
  task: Task,
  oldFolder: Register,
  oldPath: Register,
  newFolder: Register,
  newPath: Register,
  flags: number,
): Errno {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0)
    return flags === RENAME_WHITEOUT ? -errno.EPERM : -errno.EINVAL;
  if (flags === (RENAME_NOREPLACE | RENAME_EXCHANGE)) return -errno.EINVAL;
  return withPath(task, oldPath, (oldName) =>
    withPath(task, newPath, (newName) => {
      const from = walk(task, asInt32(oldFolder), oldName, { followLast: false });
      if (typeof from === 'number') return from;
      const to = walk(task, asInt32(newFolder), newName, { followLast: false });
      return typeof to === 'number' ? to : rename(task, from, to, flags);
    }),
  );
}

function link(task: Task, source: Dentry, to: Found): Errno {
  if (to.dentry !== undefined) return -errno.EEXIST;
  if (source.inode.fileSystem !== to.parent.inode.fileSystem) return -errno.EXDEV;
  const allowed = mayChange(task, to.parent);
  if (allowed < 0) return allowed;
  return to.wantsDirectory ? -errno.ENOENT : to.parent.inode.link(to.name, source.inode);
}

function linkAt(
  task: Task,
  oldFolder: number,
  oldPath: Register,
  newFolder: number,
  newPath: Register,
  flags: number,
): Errno {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -errno.EINVAL;
  return withPath(task, oldPath, (oldName) =>
    withPath(task, newPath, (newName) => {
      const followLast = (flags & AT_SYMLINK_FOLLOW) !== 0;
      const source = lookUp(task, oldFolder, oldName, { followLast });
      if (typeof source === 'number') return source;
      const to = walk(task, newFolder, newName, { followLast: false });
      return typeof to === 'number' ? to : link(task, source, to);
    }),
  );
}

const renameErrnos = [
  ...walking,
  'EXDEV',
  'EBUSY',
  'EEXIST',
  'EINVAL',
  'EISDIR',
  'ENOTEMPTY',
  'EPERM',
] as const;

export const renameCalls: readonly SystemCall[] = [
  {
    name: 'linkat',
    number: 37,
    errnos: [...walking, 'EEXIST', 'EXDEV', 'EPERM', 'EINVAL'],
    handler: (_kernel, task, oldFolder, oldPath, newFolder, newPath, flags) =>
      linkAt(task, asInt32(oldFolder), oldPath, asInt32(newFolder), newPath, asInt32(flags)),
  },
  {
    name: 'renameat',
    number: 38,
    errnos: renameErrnos,
    handler: (_kernel, task, oldFolder, oldPath, newFolder, newPath) =>
      renameAt(task, oldFolder, oldPath, newFolder, newPath, 0),
  },
  {
    name: 'renameat2',
    number: 276,
    errnos: renameErrnos,
    handler: (_kernel, task, oldFolder, oldPath, newFolder, newPath, flags) =>
      renameAt(task, oldFolder, oldPath, newFolder, newPath, asUint32(flags)),
  },
];
