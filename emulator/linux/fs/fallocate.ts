import { ShmemFile } from '../mm/shmem.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { S_IFBLK, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG } from '../uapi/stat.ts';
import type { OpenFile } from './file.ts';

/** include/uapi/linux/falloc.h */
const FALLOC_FL_KEEP_SIZE = 0x01;
const FALLOC_FL_PUNCH_HOLE = 0x02;
const supportedModes = 0x7b;

/** vfs_fallocate(). Plays the part of fs/open.c, with mm/shmem.c behind it. */
export function fallocate(file: OpenFile, mode: number, offset: number, length: number): Errno {
  if (offset < 0 || length <= 0) return -errno.EINVAL;
  if ((mode & ~supportedModes) !== 0) return -errno.EOPNOTSUPP;
  if (!file.mayWrite) return -errno.EBADF;
  const type = file.inode.mode & S_IFMT;
  if (type === S_IFIFO) return -errno.ESPIPE;
  if (type === S_IFDIR) return -errno.EISDIR;
  if (type !== S_IFREG && type !== S_IFBLK) return -errno.ENODEV;
  if (!(file instanceof ShmemFile)) return -errno.EOPNOTSUPP;
  if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) !== 0) return -errno.EOPNOTSUPP;
  if ((mode & FALLOC_FL_PUNCH_HOLE) !== 0) return file.inode.punchHole(offset, length);
  return file.inode.reserve(offset, length, (mode & FALLOC_FL_KEEP_SIZE) !== 0);
}

/** What sync_file_range() and readahead() ask first. */
export function hasPageCache(file: OpenFile): boolean {
  const type = file.inode.mode & S_IFMT;
  return type === S_IFREG || type === S_IFBLK;
}
