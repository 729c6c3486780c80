import type { Kernel } from '../init/kernel.ts';
import type { WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import type { VmArea } from '../mm/vm-area.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_ACCMODE, O_PATH, O_RDONLY, O_RDWR, O_WRONLY } from '../uapi/fcntl.ts';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../uapi/poll.ts';
import type { Register } from '../uapi/registers.ts';
import type { Dentry } from './dentry.ts';
import type { Inode } from './inode.ts';

/** Why the last reference to a file went away. */
export type ReleaseCause = 'close' | 'munmap' | 'exit' | 'killed' | 'in-flight' | 'importer' | 'failed-call';

/** How a file lets itself be seeked and positioned: stream_open(), nonseekable_open() and the rest. */
export interface Positioning {
  /** lseek() reaches the file's own method (FMODE_LSEEK). */
  readonly seekable: boolean;
  /** pread() and pwrite() are possible (FMODE_PREAD, FMODE_PWRITE). */
  readonly positional: boolean;
}

/** An open file is what poll() may have to wait for. */
export type PollWait = (queue: WaitQueue) => void;

/**
 * An open file: what descriptors, mappings and messages in flight refer to. Plays struct file and the
 * default answers of file_operations; opening an inode yields an object of a class that states what it can do.
 */
export abstract class OpenFile {
  readonly inode: Inode;
  readonly dentry: Dentry | undefined;
  /** f_flags: what F_GETFL shows. */
  flags: number;
  position = 0;
  #references = 1;

  constructor(inode: Inode, flags: number, dentry?: Dentry) {
    this.inode = inode;
    this.flags = flags;
    this.dentry = dentry;
  }

  /** What /proc/PID/fd/N and /proc/PID/maps show. */
  get path(): string {
    return this.dentry?.path ?? '';
  }

  get isPath(): boolean {
    return (this.flags & O_PATH) !== 0;
  }

  /** FMODE_READ: access mode 3 allows neither. */
  get mayRead(): boolean {
    const mode = this.flags & O_ACCMODE;
    return !this.isPath && (mode === O_RDONLY || mode === O_RDWR);
  }

  /** FMODE_WRITE */
  get mayWrite(): boolean {
    const mode = this.flags & O_ACCMODE;
    return !this.isPath && (mode === O_WRONLY || mode === O_RDWR);
  }

  get references(): number {
    return this.#references;
  }

  /** get_file() */
  get(): this {
    this.#references += 1;
    return this;
  }

  /** fput(): the last one out releases the file. */
  put(kernel: Kernel, cause: ReleaseCause, task?: Task): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    if (this.inode.locks !== undefined) this.inode.locks.releaseFile(this);
    kernel.files.closed();
    this.release(kernel, cause, task);
  }

  get positioning(): Positioning {
    return { seekable: false, positional: false };
  }

  /** Whether this kind of file has a read method, as its struct file_operations does; without one read() is EINVAL. */
  get canRead(): boolean {
    return this.read !== OpenFile.prototype.read;
  }

  /** The same for write(). */
  get canWrite(): boolean {
    return this.write !== OpenFile.prototype.write;
  }

  /** Whether O_DIRECT is possible. */
  get canDirect(): boolean {
    return false;
  }

  /** Whether F_SETFL may set O_ASYNC to effect and FIOASYNC is known. */
  get canAsync(): boolean {
    return false;
  }

  /** Up to `length` bytes from `position`; empty at the end. May block. */
  read(_length: number, _position: number, _kernel: Kernel, _task: Task): Uint8Array | Errno {
    return -errno.EINVAL;
  }

  /** How many of `bytes` were taken. May block. */
  write(_bytes: Uint8Array, _position: number, _kernel: Kernel, _task: Task): Errno {
    return -errno.EINVAL;
  }

  /** lseek(); the caller has checked `whence`. */
  seek(_offset: number, _whence: number): Errno {
    return -errno.ESPIPE;
  }

  /** The driver's own requests; what the file layer answers never comes here. */
  ioctl(_request: number, _argument: Register, _kernel: Kernel, _task: Task): Errno {
    return -errno.ENOTTY;
  }

  /** Whether mmap() knows this kind of file; ENODEV otherwise. */
  get canMap(): boolean {
    return false;
  }

  /** How far a mapping of it may reach: s_maxbytes for regular files, no limit for devices. */
  get maximumMapBytes(): number {
    return 2 ** 64;
  }

  /** Makes `area`, which is set up but not yet linked, a mapping of this file. */
  map(_area: VmArea, _kernel: Kernel): Errno {
    return -errno.ENODEV;
  }

  /** Whether the file has a poll method; without one it is always ready and epoll refuses it. */
  get canPoll(): boolean {
    return this.poll !== OpenFile.prototype.poll;
  }

  /** The events that hold now. `wait`, where given, is told every queue that announces a change. */
  poll(_events: number, _wait: PollWait | undefined, _kernel: Kernel): number {
    return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
  }

  fsync(): Errno {
    return -errno.EINVAL;
  }

  /** Lines of /proc/PID/fdinfo/N after the general ones. */
  fdInfo(): string {
    return '';
  }

  /** The last reference is gone. */
  protected release(_kernel: Kernel, _cause: ReleaseCause, _task: Task | undefined): void {}
}

/** Counts open files against file-max. Plays fs/file_table.c. */
export class FileTable {
  /** /proc/sys/fs/file-max */
  maximum: number;
  #open = 0;

  constructor(maximum: number) {
    this.maximum = maximum;
  }

  get open(): number {
    return this.#open;
  }

  /** alloc_empty_file(): ENFILE where the limit is reached and the caller is no administrator. */
  opened(kernel: Kernel, privileged: boolean): Errno {
    if (this.#open >= this.maximum && !privileged) {
      kernel.log.once(6, `VFS: file-max limit ${this.maximum} reached`);
      return -errno.ENFILE;
    }
    this.#open += 1;
    return 0;
  }

  closed(): void {
    this.#open -= 1;
  }
}
