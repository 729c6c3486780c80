import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import type { DirectoryEntry } from '../uapi/dirent.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { type FileStatus, minorOf, S_IFDIR, S_IFLNK, S_IFMT } from '../uapi/stat.ts';
import type { Dentry } from './dentry.ts';
import type { OpenFile } from './file.ts';
import type { FileLocks } from './locks.ts';

/** What the inodes of one mounted file system share: its superblock. */
export class FileSystem {
  readonly name: string;
  readonly magic: number;
  /** The device number that stat shows. */
  readonly device: number;
  readonly blockSizeBytes: number;
  /** Whether its mount refuses to map files executable (MNT_NOEXEC and SB_I_NOEXEC). */
  readonly noExec: boolean;
  #lastInode = 0;

  constructor(facts: {
    readonly name: string;
    readonly magic: number;
    readonly device: number;
    readonly blockSizeBytes: number;
    readonly noExec?: boolean;
  }) {
    this.name = facts.name;
    this.magic = facts.magic;
    this.device = facts.device;
    this.blockSizeBytes = facts.blockSizeBytes;
    this.noExec = facts.noExec ?? false;
  }

  /** The number of its mount: one mount each, numbered with the devices. */
  get mountId(): number {
    return minorOf(this.device);
  }

  /** The next free inode number; the first is 1. */
  nextInode(): number {
    this.#lastInode += 1;
    return this.#lastInode;
  }
}

/** Who opens what, and how. */
export interface OpenRequest {
  readonly kernel: Kernel;
  readonly task: Task;
  readonly dentry: Dentry;
  /** The open flags as the new file keeps them. */
  readonly flags: number;
}

/** What a new name in a directory stands for. */
export interface NewNode {
  /** File type and permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly specialDevice?: number;
  readonly target?: string;
}

/**
 * A file as the file system knows it. Every operation refuses with the errno that Linux gives where a file
 * system has no such operation; a kind of file states only what it can do.
 */
export abstract class Inode {
  readonly fileSystem: FileSystem;
  readonly number: number;
  /** File type and permissions. */
  mode: number;
  uid: number;
  gid: number;
  links = 1;
  specialDevice = 0;
  sizeBytes = 0;
  timeNanoseconds = 0n;
  /** flock() and fcntl() locks, made with the first one. */
  locks: FileLocks | undefined = undefined;
  /** The root directory of what is mounted here. */
  mounted: Inode | undefined = undefined;

  constructor(fileSystem: FileSystem, mode: number, uid = 0, gid = 0, number = fileSystem.nextInode()) {
    this.fileSystem = fileSystem;
    this.number = number;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
  }

  get isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }

  get isSymbolicLink(): boolean {
    return (this.mode & S_IFMT) === S_IFLNK;
  }

  /** What the stat calls tell. */
  status(): FileStatus {
    return {
      device: this.fileSystem.device,
      inode: this.number,
      mode: this.mode,
      links: this.links,
      uid: this.uid,
      gid: this.gid,
      specialDevice: this.specialDevice,
      sizeBytes: this.sizeBytes,
      blockSizeBytes: this.fileSystem.blockSizeBytes,
      blocks: this.blocks,
      timeNanoseconds: this.timeNanoseconds,
    };
  }

  /** Blocks of 512 bytes that hold data. */
  get blocks(): number {
    return 0;
  }

  /** Opens the file; ENXIO where it has no open method. */
  open(_request: OpenRequest): OpenFile | Errno {
    return -errno.ENXIO;
  }

  /** The inode of a name in this directory, or -errno. */
  lookup(_name: string, _task: Task): Inode | Errno {
    return -errno.ENOTDIR;
  }

  /** What this directory holds, without `.` and `..`. */
  entries(_task: Task): readonly DirectoryEntry[] | Errno {
    return -errno.ENOTDIR;
  }

  /** Makes a file, folder, device node or symbolic link in this directory. */
  create(_name: string, _node: NewNode): Inode | Errno {
    return -errno.EACCES;
  }

  /** Takes a name out of this directory. */
  unlink(_name: string): Errno {
    return -errno.EPERM;
  }

  /** Gives an inode of the same file system another name in this directory. */
  link(_name: string, _inode: Inode): Errno {
    return -errno.EPERM;
  }

  /** Moves a name to a directory of the same file system, over what has the new name there. */
  rename(_name: string, _into: Inode, _newName: string): Errno {
    return -errno.EPERM;
  }

  /** Has two names change places. */
  exchange(_name: string, _other: Inode, _otherName: string): Errno {
    return -errno.EINVAL;
  }

  /** The text of a symbolic link. */
  readLink(_task: Task): string | Errno {
    return -errno.EINVAL;
  }

  /** Where a link leads that is followed without reading its text, as those of /proc/PID/fd. */
  followLink(_task: Task): Dentry | Errno | undefined {
    return undefined;
  }

  /** Sets the size. Reached only by files that have one. */
  truncate(_sizeBytes: number): Errno {
    return -errno.EINVAL;
  }
}

/** An inode without a place in any directory: what a descriptor of the kernel's own making refers to. */
export class AnonymousInode extends Inode {}
