import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { getUserInt32, putUserInt32 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK } from '../uapi/fcntl.ts';
import {
  FIBMAP,
  FICLONE,
  FICLONERANGE,
  FIDEDUPERANGE,
  FIFREEZE,
  FIGETBSZ,
  FIOASYNC,
  FIOCLEX,
  FIONBIO,
  FIONCLEX,
  FIONREAD,
  FIOQSIZE,
  FITHAW,
  FS_IOC_FIEMAP,
} from '../uapi/ioctl.ts';
import { asAddress, type Register } from '../uapi/registers.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../uapi/stat.ts';
import type { OpenFile } from './file.ts';

/** The requests that the file layer answers before any driver. Plays do_vfs_ioctl() of fs/ioctl.c. */

interface Context {
  readonly file: OpenFile;
  readonly fd: number;
  readonly argument: Register;
  readonly kernel: Kernel;
  readonly task: Task;
}

function isRegular(file: OpenFile): boolean {
  return (file.inode.mode & S_IFMT) === S_IFREG;
}

function closeOnExec(on: boolean): (context: Context) => Errno {
  return ({ task, fd }) => {
    task.files.setCloseOnExec(fd, on);
    return 0;
  };
}

/** ioctl_fionbio() */
function setNonBlocking({ file, argument, task }: Context): Errno {
  const on = getUserInt32(task, asAddress(argument));
  if (on === undefined) return -errno.EFAULT;
  file.flags = on !== 0 ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
  return 0;
}

/** ioctl_fioasync(): ENOTTY where the file knows no fasync and something would change. */
function setAsync({ file, argument, task }: Context): Errno {
  const on = getUserInt32(task, asAddress(argument));
  if (on === undefined) return -errno.EFAULT;
  return on !== 0 && !file.canAsync ? -errno.ENOTTY : 0;
}

function fileSize({ file, argument, task }: Context): Errno {
  const type = file.inode.mode & S_IFMT;
  if (type !== S_IFREG && type !== S_IFDIR && type !== S_IFLNK) return -errno.ENOTTY;
  return putUserInt32(task, asAddress(argument), file.inode.sizeBytes) ? 0 : -errno.EFAULT;
}

function blockSize({ file, argument, task }: Context): Errno {
  return putUserInt32(task, asAddress(argument), file.inode.fileSystem.blockSizeBytes) ? 0 : -errno.EFAULT;
}

/** vfs_clone_file_range() between a file and one that cannot be cloned. */
function clone({ file, argument, task }: Context): Errno {
  const source = task.files.get(Number(BigInt.asIntN(32, BigInt(argument))));
  if (source === undefined) return -errno.EBADF;
  if (source.inode.fileSystem !== file.inode.fileSystem) return -errno.EXDEV;
  if (source.inode.isDirectory || file.inode.isDirectory) return -errno.EISDIR;
  return isRegular(source) && isRegular(file) ? -errno.EOPNOTSUPP : -errno.EINVAL;
}

const answers: ReadonlyMap<number, (context: Context) => Errno | undefined> = new Map([
  [FIOCLEX, closeOnExec(true)],
  [FIONCLEX, closeOnExec(false)],
  [FIONBIO, setNonBlocking],
  [FIOASYNC, setAsync],
  [FIOQSIZE, fileSize],
  [FIFREEZE, () => -errno.EOPNOTSUPP],
  [FITHAW, () => -errno.EOPNOTSUPP],
  [FS_IOC_FIEMAP, () => -errno.EOPNOTSUPP],
  [FIGETBSZ, blockSize],
  [FICLONE, clone],
  [FICLONERANGE, clone],
  [FIDEDUPERANGE, () => -errno.EINVAL],
  [FIBMAP, ({ file }: Context) => (isRegular(file) ? -errno.EINVAL : undefined)],
  [
    FIONREAD,
    ({ file, argument, task }: Context) => {
      if (!isRegular(file)) return undefined;
      const left = file.inode.sizeBytes - file.position;
      return putUserInt32(task, asAddress(argument), left) ? 0 : -errno.EFAULT;
    },
  ],
]);

/** sys_ioctl(): the general requests, then the file's own. */
export function ioctl(kernel: Kernel, task: Task, fd: number, request: number, argument: Register): Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  const general = answers.get(request)?.({ file, fd, argument, kernel, task });
  return general ?? file.ioctl(request, argument, kernel, task);
}
