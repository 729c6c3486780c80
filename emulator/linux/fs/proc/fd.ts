import type { Task } from '../../kernel/task.ts';
import type { DirectoryEntry } from '../../uapi/dirent.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { O_CLOEXEC } from '../../uapi/fcntl.ts';
import { S_IFDIR, S_IFLNK, S_IFREG } from '../../uapi/stat.ts';
import { Dentry } from '../dentry.ts';
import type { OpenFile } from '../file.ts';
import { type FileSystem, Inode, type OpenRequest } from '../inode.ts';
import { DirectoryFile, PseudoFile } from '../libfs.ts';
import { describeLock } from '../locks.ts';

/** /proc/PID/fd and fdinfo. Plays fs/proc/fd.c. */

/** A link to an open file: following it leads to the very inode, whatever the text says. */
class DescriptorLink extends Inode {
  readonly #file: OpenFile;

  constructor(fileSystem: FileSystem, file: OpenFile) {
    const owner = (file.mayRead ? 0o500 : 0) | (file.mayWrite ? 0o300 : 0);
    super(fileSystem, S_IFLNK | owner);
    this.#file = file;
  }

  override readLink(): string {
    return this.#file.path;
  }

  override followLink(): Dentry {
    const file = this.#file;
    return file.dentry ?? new Dentry(file.inode, '', undefined, () => file.path);
  }
}

/** A folder with one entry for each open descriptor. */
abstract class DescriptorFolder extends Inode {
  protected readonly task: Task;

  constructor(fileSystem: FileSystem, task: Task) {
    super(fileSystem, S_IFDIR | 0o500);
    this.task = task;
  }

  protected abstract make(file: OpenFile, fd: number): Inode;
  protected abstract readonly entryType: number;

  override open(request: OpenRequest): OpenFile {
    return new DirectoryFile(this, request.flags, request.dentry);
  }

  override lookup(name: string): Inode | Errno {
    const fd = /^\d+$/.test(name) ? Number(name) : -1;
    const file = this.task.files.raw(fd);
    return file === undefined ? -errno.ENOENT : this.make(file, fd);
  }

  override entries(): readonly DirectoryEntry[] {
    return this.task.files.numbers.map((fd) => ({ name: String(fd), inode: fd + 1, type: this.entryType }));
  }
}

export class FdFolder extends DescriptorFolder {
  protected readonly entryType = S_IFLNK >> 12;

  protected make(file: OpenFile): Inode {
    return new DescriptorLink(this.fileSystem, file);
  }
}

export class FdInfoFolder extends DescriptorFolder {
  protected readonly entryType = S_IFREG >> 12;

  protected make(file: OpenFile, fd: number): Inode {
    const { task } = this;
    return new PseudoFile(this.fileSystem, 0o400, {
      show: (kernel) => describeDescriptor(task, file, fd, kernel.release.behaviours.fdinfoInode),
    });
  }
}

/** seq_show(): position, flags and place, then locks, then what the file adds. */
function describeDescriptor(task: Task, file: OpenFile, fd: number, showsInode: boolean): string {
  const flags = file.flags | (task.files.isCloseOnExec(fd) ? O_CLOEXEC : 0);
  const inode = showsInode ? `ino:\t${file.inode.number}\n` : '';
  const mount = file.inode.fileSystem.mountId;
  const own = (file.inode.locks?.all ?? []).filter(
    (lock) => lock.owner === file || lock.owner === task.files,
  );
  const locks = own.map((lock, index) => describeLock(lock, index + 1, file)).join('');
  return `pos:\t${file.position}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${mount}\n${inode}${locks}${file.fdInfo()}`;
}
