import { inodeAt } from '../fs/stat.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, pathFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import { AT_STATX_SYNC_TYPE, encodeStatx, STATX__RESERVED } from '../uapi/statx.ts';
import type { SystemCall } from './system-call.ts';

/** do_statx() */
function statx(
  task: Task,
  directoryFd: number,
  pathAddress: number,
  flags: number,
  mask: number,
  address: number,
): Errno {
  const sync = flags & AT_STATX_SYNC_TYPE;
  if ((mask & STATX__RESERVED) !== 0 || sync === AT_STATX_SYNC_TYPE) return -errno.EINVAL;
  const path = pathFromUser(task, pathAddress);
  if (typeof path === 'number') return path;
  const inode = inodeAt(task, directoryFd, path, flags & ~AT_STATX_SYNC_TYPE);
  if (typeof inode === 'number') return inode;
  const bytes = encodeStatx(inode.status(), inode.fileSystem.mountId);
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}

export const statxCalls: readonly SystemCall[] = [
  {
    name: 'statx',
    number: 291,
    errnos: ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'EFAULT', 'EBADF', 'EINVAL', 'ESRCH'],
    handler: (_kernel, task, directoryFd, path, flags, mask, address) =>
      statx(task, asInt32(directoryFd), asAddress(path), asInt32(flags), asUint32(mask), asAddress(address)),
  },
];
