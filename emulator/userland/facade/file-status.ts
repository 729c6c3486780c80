import {
  encodeDevice,
  type FileStatus,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../../linux/uapi/stat.ts';

/** What `fs.Stats` tells, of a file on the emulated board. */
export interface FacadeStats {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly mtimeMs: number;
  readonly mtime: Date;
  isFile(): boolean;
  isDirectory(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
  isSymbolicLink(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** Reads struct stat as Node does. */
export function statsOf(status: FileStatus): FacadeStats {
  const is = (type: number) => () => (status.mode & S_IFMT) === type;
  const mtimeMs = Number(status.timeNanoseconds / 1_000_000n);
  return {
    dev: encodeDevice(status.device),
    ino: status.inode,
    mode: status.mode,
    nlink: status.links,
    uid: status.uid,
    gid: status.gid,
    rdev: encodeDevice(status.specialDevice),
    size: status.sizeBytes,
    blksize: status.blockSizeBytes,
    blocks: status.blocks,
    mtimeMs,
    mtime: new Date(mtimeMs),
    isFile: is(S_IFREG),
    isDirectory: is(S_IFDIR),
    isCharacterDevice: is(S_IFCHR),
    isBlockDevice: is(S_IFBLK),
    isSymbolicLink: is(S_IFLNK),
    isFIFO: is(S_IFIFO),
    isSocket: is(S_IFSOCK),
  };
}
