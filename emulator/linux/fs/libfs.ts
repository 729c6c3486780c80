import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import type { DirectoryEntry } from '../uapi/dirent.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { SEEK_CUR, SEEK_END, SEEK_SET } from '../uapi/fcntl.ts';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../uapi/stat.ts';
import { CharDeviceInode } from './char-dev.ts';
import { OpenFile, type Positioning } from './file.ts';
import { AnonymousInode, type FileSystem, Inode, type NewNode, type OpenRequest } from './inode.ts';

/** The parts that small file systems are made of. Plays fs/libfs.c and the folders of mm/shmem.c. */

/** An open folder: getdents64() walks it, reading it is EISDIR. */
export class DirectoryFile extends OpenFile {
  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  override read(): Errno {
    return -errno.EISDIR;
  }

  override seek(offset: number, whence: number): Errno {
    const target = whence === SEEK_CUR ? this.position + offset : offset;
    if ((whence !== SEEK_SET && whence !== SEEK_CUR) || target < 0) return -errno.EINVAL;
    this.position = target;
    return target;
  }

  override fsync(): Errno {
    return 0;
  }

  /** All entries, `.` and `..` first. */
  list(task: Task): readonly DirectoryEntry[] | Errno {
    const entries = this.inode.entries(task);
    if (typeof entries === 'number') return entries;
    const above = this.dentry?.parent?.inode.number ?? this.inode.number;
    const directory = S_IFDIR >> 12;
    return [
      { name: '.', inode: this.inode.number, type: directory },
      { name: '..', inode: above, type: directory },
      ...entries,
    ];
  }
}

/** A folder that keeps its names; new ones can be made in it where it is writable. */
export class Directory extends Inode {
  readonly #children = new Map<string, Inode>();
  readonly #makeFile: ((node: NewNode) => Inode) | undefined;

  /** `makeFile` makes the regular files of this file system; without it the folder is closed to create(). */
  constructor(
    fileSystem: FileSystem,
    mode: number,
    options: {
      readonly makeFile?: (node: NewNode) => Inode;
      readonly uid?: number;
      readonly gid?: number;
    } = {},
  ) {
    super(fileSystem, S_IFDIR | mode, options.uid, options.gid);
    this.links = 2;
    this.#makeFile = options.makeFile;
  }

  /** Puts an inode under a name, as the kernel itself does. */
  add<Kind extends Inode>(name: string, inode: Kind): Kind {
    this.#children.set(name, inode);
    if (inode.isDirectory) this.links += 1;
    return inode;
  }

  /** The folder of that name, made where it is missing. */
  folder(name: string, mode = 0o755): Directory {
    const known = this.#children.get(name);
    if (known instanceof Directory) return known;
    const options = this.#makeFile === undefined ? {} : { makeFile: this.#makeFile };
    return this.add(name, new Directory(this.fileSystem, mode, options));
  }

  has(name: string): boolean {
    return this.#children.has(name);
  }

  /** The inode of a name, for the kernel itself. */
  child(name: string): Inode | undefined {
    return this.#children.get(name);
  }

  /** Takes a name away, as the kernel itself does. */
  drop(name: string): void {
    const inode = this.#children.get(name);
    if (inode === undefined) return;
    this.#children.delete(name);
    if (inode.isDirectory) this.links -= 1;
    else inode.links -= 1;
  }

  override open(request: OpenRequest): OpenFile | Errno {
    return new DirectoryFile(this, request.flags, request.dentry);
  }

  override lookup(name: string, _task: Task): Inode | Errno {
    return this.#children.get(name) ?? -errno.ENOENT;
  }

  /** A file system in memory lists the newest name first, as dcache_readdir() meets them. */
  override entries(_task: Task): readonly DirectoryEntry[] {
    const children = [...this.#children];
    if (this.#makeFile !== undefined) children.reverse();
    return children.map(([name, inode]) => ({
      name,
      inode: inode.number,
      type: (inode.mode & S_IFMT) >> 12,
    }));
  }

  override create(name: string, node: NewNode): Inode | Errno {
    if (this.#makeFile === undefined) return -errno.EPERM;
    const inode = this.#make(node, this.#makeFile);
    if (typeof inode === 'number') return inode;
    return this.add(name, inode);
  }

  #make(node: NewNode, makeFile: (node: NewNode) => Inode): Inode | Errno {
    const { mode, uid, gid } = node;
    switch (mode & S_IFMT) {
      case S_IFDIR:
        return new Directory(this.fileSystem, mode & 0o7777, { makeFile, uid, gid });
      case S_IFCHR:
        return new CharDeviceInode(this.fileSystem, mode, node.specialDevice ?? 0, uid, gid);
      case S_IFLNK:
        return new SymbolicLink(this.fileSystem, node.target ?? '');
      case S_IFREG:
      case 0:
        return makeFile(node);
      case S_IFBLK:
      case S_IFIFO:
      case S_IFSOCK:
        return new AnonymousInode(this.fileSystem, mode, uid, gid);
      default:
        return -errno.EINVAL;
    }
  }

  override unlink(name: string): Errno {
    const inode = this.#children.get(name);
    if (inode === undefined) return -errno.ENOENT;
    if (inode instanceof Directory && inode.#children.size > 0) return -errno.ENOTEMPTY;
    this.drop(name);
    return 0;
  }

  override link(name: string, inode: Inode): Errno {
    if (this.#makeFile === undefined || inode.isDirectory) return -errno.EPERM;
    this.add(name, inode);
    inode.links += 1;
    return 0;
  }

  override rename(name: string, into: Inode, newName: string): Errno {
    const inode = this.#children.get(name);
    if (inode === undefined) return -errno.ENOENT;
    if (this.#makeFile === undefined || !(into instanceof Directory)) return -errno.EPERM;
    const replaced = into.#children.get(newName);
    if (replaced instanceof Directory && replaced.#children.size > 0) return -errno.ENOTEMPTY;
    into.drop(newName);
    this.#take(name, inode);
    into.add(newName, inode);
    return 0;
  }

  override exchange(name: string, other: Inode, otherName: string): Errno {
    const inode = this.#children.get(name);
    if (this.#makeFile === undefined || !(other instanceof Directory)) return -errno.EINVAL;
    const otherInode = other.#children.get(otherName);
    if (inode === undefined || otherInode === undefined) return -errno.ENOENT;
    this.#take(name, inode);
    other.#take(otherName, otherInode);
    this.add(name, otherInode);
    other.add(otherName, inode);
    return 0;
  }

  /** Takes a name away from an inode that gets another one. */
  #take(name: string, inode: Inode): void {
    this.#children.delete(name);
    if (inode.isDirectory) this.links -= 1;
  }
}

/** A symbolic link with a fixed text. */
export class SymbolicLink extends Inode {
  readonly #target: string;

  constructor(fileSystem: FileSystem, target: string) {
    super(fileSystem, S_IFLNK | 0o777);
    this.#target = target;
    this.sizeBytes = target.length;
  }

  override readLink(_task: Task): string {
    return this.#target;
  }
}

/** What a file of the kernel's own shows and takes. */
export interface PseudoFileBehaviour {
  /** The whole text or bytes, made when reading begins; -errno refuses. */
  readonly show?: (kernel: Kernel, task: Task) => string | Uint8Array | Errno;
  /** Takes what was written; returns 0 or -errno. */
  readonly store?: (text: string, kernel: Kernel, task: Task) => Errno;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** A file whose text is made when it is read: the seq_files of proc, sysfs and debugfs. */
export class PseudoFile extends Inode {
  readonly #behaviour: PseudoFileBehaviour;

  constructor(fileSystem: FileSystem, mode: number, behaviour: PseudoFileBehaviour, sizeBytes = 0) {
    super(fileSystem, S_IFREG | mode);
    this.#behaviour = behaviour;
    this.sizeBytes = sizeBytes;
  }

  override open(request: OpenRequest): OpenFile | Errno {
    return new OpenPseudoFile(this, request, this.#behaviour);
  }

  override truncate(): Errno {
    return 0;
  }
}

class OpenPseudoFile extends OpenFile {
  readonly #behaviour: PseudoFileBehaviour;
  #text: Uint8Array | undefined;

  constructor(inode: Inode, request: OpenRequest, behaviour: PseudoFileBehaviour) {
    super(inode, request.flags, request.dentry);
    this.#behaviour = behaviour;
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  override get canRead(): boolean {
    return this.#behaviour.show !== undefined;
  }

  override get canWrite(): boolean {
    return this.#behaviour.store !== undefined;
  }

  override read(length: number, position: number, kernel: Kernel, task: Task): Uint8Array | Errno {
    if (this.#text === undefined || position === 0) {
      const shown = this.#behaviour.show?.(kernel, task) ?? -errno.EINVAL;
      if (typeof shown === 'number') return shown;
      this.#text = typeof shown === 'string' ? utf8.encode(shown) : shown;
    }
    return this.#text.subarray(position, position + length);
  }

  override write(bytes: Uint8Array, _position: number, kernel: Kernel, task: Task): Errno {
    const result = this.#behaviour.store?.(decoder.decode(bytes), kernel, task) ?? -errno.EINVAL;
    return result < 0 ? result : bytes.length;
  }

  override seek(offset: number, whence: number): Errno {
    if (whence !== SEEK_SET && whence !== SEEK_CUR) return -errno.EINVAL;
    const target = whence === SEEK_CUR ? this.position + offset : offset;
    if (target < 0) return -errno.EINVAL;
    this.position = target;
    return target;
  }
}

/** The new position of a file of known size, as generic_file_llseek() computes it, or -errno. */
export function seekWithin(position: number, sizeBytes: number, offset: number, whence: number): Errno {
  const base = whence === SEEK_CUR ? position : whence === SEEK_END ? sizeBytes : 0;
  if (whence > SEEK_END) {
    if (offset < 0 || offset >= sizeBytes) return -errno.ENXIO;
    return whence === SEEK_END + 1 ? offset : sizeBytes;
  }
  const target = base + offset;
  return target < 0 ? -errno.EINVAL : target;
}
