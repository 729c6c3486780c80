import { isDeviceNode } from '../kernel/cgroup/device-rules.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_FDCWD } from '../uapi/fcntl.ts';
import { Dentry } from './dentry.ts';
import type { Inode } from './inode.ts';

/** Walking paths and asking for permission. Plays fs/namei.c. */

export const MAY_EXEC = 1;
export const MAY_WRITE = 2;
export const MAY_READ = 4;

/** include/uapi/linux/limits.h */
export const PATH_MAX = 4096;
const NAME_MAX = 255;
/** include/linux/namei.h */
const maxLinks = 40;

/** inode_permission(): mode bits and privileges first, then the device cgroup, which answers EPERM. */
export function permission(inode: Inode, task: Task, wanted: number): Errno {
  const allowed = genericPermission(inode, task, wanted);
  if (allowed < 0 || task.cgroup === undefined || !isDeviceNode(inode.mode)) return allowed;
  const access = `${wanted & MAY_READ ? 'r' : ''}${wanted & MAY_WRITE ? 'w' : ''}`;
  return task.cgroup.allowsDevice(inode.mode, inode.specialDevice, access) ? 0 : -errno.EPERM;
}

/** generic_permission(): 0, or EACCES. */
function genericPermission(inode: Inode, task: Task, wanted: number): Errno {
  const { credentials } = task;
  const belongs = credentials.gid === inode.gid || credentials.groups.includes(inode.gid);
  const shift = credentials.uid === inode.uid ? 6 : belongs ? 3 : 0;
  if (((inode.mode >> shift) & wanted) === wanted) return 0;
  const executable = inode.isDirectory || (inode.mode & 0o111) !== 0;
  if (capable(credentials, 'CAP_DAC_OVERRIDE') && ((wanted & MAY_EXEC) === 0 || executable)) return 0;
  const searchOrRead = inode.isDirectory ? (wanted & MAY_WRITE) === 0 : wanted === MAY_READ;
  if (searchOrRead && capable(credentials, 'CAP_DAC_READ_SEARCH')) return 0;
  return -errno.EACCES;
}

/** Where a walk ended: the parent folder and the last name, and what that name leads to, if anything. */
export interface Found {
  readonly parent: Dentry;
  readonly name: string;
  /** Undefined where the last name does not exist. */
  readonly dentry: Dentry | undefined;
  /** The path ended in a slash, or in `.` or `..`. */
  readonly wantsDirectory: boolean;
}

export interface WalkOptions {
  /** Whether a link at the very end is followed. */
  readonly followLast: boolean;
}

/** The folder from which a relative path starts, or -errno. */
export function startOf(task: Task, directoryFd: number, path: string): Dentry | Errno {
  if (path.startsWith('/')) return task.root;
  if (directoryFd === AT_FDCWD) return task.workingDirectory;
  const file = task.files.raw(directoryFd);
  if (file?.dentry === undefined) return file === undefined ? -errno.EBADF : -errno.ENOTDIR;
  return file.dentry.inode.isDirectory ? file.dentry : -errno.ENOTDIR;
}

/** Walks `path`; -errno where a step on the way fails. The last name need not exist. */
export function walk(task: Task, directoryFd: number, path: string, options: WalkOptions): Found | Errno {
  if (path === '') return -errno.ENOENT;
  if (path.length >= PATH_MAX) return -errno.ENAMETOOLONG;
  const start = startOf(task, directoryFd, path);
  return typeof start === 'number' ? start : walkFrom(task, start, path, options, { count: 0 });
}

/** Walks to something that exists. */
export function lookUp(task: Task, directoryFd: number, path: string, options: WalkOptions): Dentry | Errno {
  const found = walk(task, directoryFd, path, options);
  if (typeof found === 'number') return found;
  if (found.dentry === undefined) return -errno.ENOENT;
  if (found.wantsDirectory && !found.dentry.inode.isDirectory) return -errno.ENOTDIR;
  return found.dentry;
}

function walkFrom(
  task: Task,
  start: Dentry,
  path: string,
  options: WalkOptions,
  links: { count: number },
): Found | Errno {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  const wantsDirectory = /(?:^|\/)\.{0,2}$/.test(path);
  let at = start;
  if (names.length === 0) return { parent: at.parent ?? at, name: at.name, dentry: at, wantsDirectory };
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const next = step(task, at, name);
    if (typeof next === 'number') {
      return isLast && next === -errno.ENOENT
        ? { parent: at, name, dentry: undefined, wantsDirectory }
        : next;
    }
    const followed = isLast && !options.followLast && !wantsDirectory ? next : follow(task, at, next, links);
    if (typeof followed === 'number') return followed;
    if (isLast) return { parent: at, name, dentry: followed, wantsDirectory };
    at = followed;
  }
  return -errno.ENOENT;
}

function step(task: Task, at: Dentry, name: string): Dentry | Errno {
  if (!at.inode.isDirectory) return -errno.ENOTDIR;
  const allowed = permission(at.inode, task, MAY_EXEC);
  if (allowed < 0) return allowed;
  if (name === '..') return at.inode === task.root.inode ? at : (at.parent ?? at);
  if (name.length > NAME_MAX) return -errno.ENAMETOOLONG;
  const inode = at.inode.lookup(name, task);
  if (typeof inode === 'number') return inode;
  return new Dentry(inode.mounted ?? inode, name, at);
}

/** Follows a symbolic link, where `dentry` is one. */
function follow(task: Task, parent: Dentry, dentry: Dentry, links: { count: number }): Dentry | Errno {
  if (!dentry.inode.isSymbolicLink) return dentry;
  links.count += 1;
  if (links.count > maxLinks) return -errno.ELOOP;
  const jump = dentry.inode.followLink(task);
  if (jump !== undefined) return jump;
  const text = dentry.inode.readLink(task);
  if (typeof text === 'number') return text;
  const start = text.startsWith('/') ? task.root : parent;
  const found = walkFrom(task, start, text, { followLast: true }, links);
  if (typeof found === 'number') return found;
  return found.dentry ?? -errno.ENOENT;
}
