import { type DirectoryEntry, decodeDirectoryEntries } from '../linux/uapi/dirent.ts';
import { AT_FDCWD, AT_REMOVEDIR, F_DUPFD_CLOEXEC, O_DIRECTORY, O_RDONLY } from '../linux/uapi/fcntl.ts';
import type { Register } from '../linux/uapi/registers.ts';
import { decodeStat, type FileStatus, statSizeBytes } from '../linux/uapi/stat.ts';
import { Caller } from './caller.ts';

const decoder = new TextDecoder();
const utf8 = new TextEncoder();

/** The library calls on files, in the names of the manual pages. */
export abstract class FileCaller extends Caller {
  open(path: string, flags: number, mode = 0): number {
    return this.openat(AT_FDCWD, path, flags, mode);
  }

  openat(directoryFd: number, path: string, flags: number, mode = 0): number {
    return this.withPath(path, (address) => this.callOn('openat', path, directoryFd, address, flags, mode));
  }

  close(fd: number): void {
    this.call('close', fd);
  }

  dup(fd: number): number {
    return this.call('dup', fd);
  }

  /** dup2(), with dup3()'s flags. */
  dup2(fd: number, newFd: number, flags = 0): number {
    return fd === newFd ? fd : this.call('dup3', fd, newFd, flags);
  }

  fcntl(fd: number, command: number, argument: Register = 0): number {
    return this.call('fcntl', fd, command, argument);
  }

  /** A second descriptor with a number from `from` on, closed by execve(). */
  dupFrom(fd: number, from: number): number {
    return this.fcntl(fd, F_DUPFD_CLOEXEC, from);
  }

  /**
   * ioctl(). Bytes are put into the process's memory, and hold afterwards what the kernel left there; a
   * number is passed as it is.
   */
  ioctl(fd: number, request: number, argument: Uint8Array | Register = 0): number {
    if (!(argument instanceof Uint8Array)) return this.call('ioctl', fd, request, argument);
    const address = this.memory.push(argument);
    try {
      return this.call('ioctl', fd, request, address);
    } finally {
      this.memory.pop(address);
      if (this.task.isAlive) this.memory.readInto(address, argument);
    }
  }

  /** Up to `length` bytes; none at the end. */
  read(fd: number, length: number): Uint8Array {
    return this.withBytes(new Uint8Array(length), (address) =>
      this.memory.read(address, this.call('read', fd, address, length)),
    );
  }

  /** How many bytes were taken. */
  write(fd: number, bytes: Uint8Array | string): number {
    const data = typeof bytes === 'string' ? utf8.encode(bytes) : bytes;
    return this.withBytes(data, (address) => this.call('write', fd, address, data.length));
  }

  pread(fd: number, length: number, offset: Register): Uint8Array {
    return this.withBytes(new Uint8Array(length), (address) =>
      this.memory.read(address, this.call('pread64', fd, address, length, offset)),
    );
  }

  pwrite(fd: number, bytes: Uint8Array, offset: Register): number {
    return this.withBytes(bytes, (address) => this.call('pwrite64', fd, address, bytes.length, offset));
  }

  lseek(fd: number, offset: Register, whence: number): number {
    return this.call('lseek', fd, offset, whence);
  }

  ftruncate(fd: number, length: Register): void {
    this.call('ftruncate', fd, length);
  }

  fstat(fd: number): FileStatus {
    return this.withBytes(new Uint8Array(statSizeBytes), (address) => {
      this.call('fstat', fd, address);
      return decodeStat(this.memory.read(address, statSizeBytes));
    });
  }

  stat(path: string, flags = 0): FileStatus {
    return this.withBytes(new Uint8Array(statSizeBytes), (address) =>
      this.withPath(path, (name) => {
        this.callOn('newfstatat', path, AT_FDCWD, name, address, flags);
        return decodeStat(this.memory.read(address, statSizeBytes));
      }),
    );
  }

  readlink(path: string): string {
    const size = 4096;
    return this.withBytes(new Uint8Array(size), (address) =>
      this.withPath(path, (name) => {
        const length = this.callOn('readlinkat', path, AT_FDCWD, name, address, size);
        return decoder.decode(this.memory.read(address, length));
      }),
    );
  }

  /** The entries of an open folder that were not read yet. */
  getdents(fd: number): readonly DirectoryEntry[] {
    const size = 32768;
    return this.withBytes(new Uint8Array(size), (address) =>
      decodeDirectoryEntries(this.memory.read(address, this.call('getdents64', fd, address, size))),
    );
  }

  /** The names in a folder, without `.` and `..`, in the folder's order. */
  readdir(path: string): readonly string[] {
    const fd = this.open(path, O_RDONLY | O_DIRECTORY);
    try {
      const names: string[] = [];
      for (let entries = this.getdents(fd); entries.length > 0; entries = this.getdents(fd)) {
        names.push(...entries.map((entry) => entry.name));
      }
      return names.filter((name) => name !== '.' && name !== '..');
    } finally {
      if (this.isAlive) this.close(fd);
    }
  }

  /** The whole of a text file. */
  readFile(path: string): string {
    const fd = this.open(path, O_RDONLY);
    try {
      const parts: Uint8Array[] = [];
      for (let part = this.read(fd, 32768); part.length > 0; part = this.read(fd, 32768)) parts.push(part);
      return parts.map((part) => decoder.decode(part, { stream: true })).join('');
    } finally {
      if (this.isAlive) this.close(fd);
    }
  }

  chmod(path: string, mode: number): void {
    this.withPath(path, (address) => this.callOn('fchmodat', path, AT_FDCWD, address, mode));
  }

  /** An id of -1 stays as it is. */
  chown(path: string, uid: number, gid: number): void {
    this.withPath(path, (address) => this.callOn('fchownat', path, AT_FDCWD, address, uid, gid, 0));
  }

  mkdir(path: string, mode = 0o777): void {
    this.withPath(path, (address) => this.callOn('mkdirat', path, AT_FDCWD, address, mode));
  }

  mknod(path: string, mode: number, device: number): void {
    this.withPath(path, (address) => this.callOn('mknodat', path, AT_FDCWD, address, mode, device));
  }

  symlink(target: string, path: string): void {
    this.withPath(target, (text) =>
      this.withPath(path, (address) => this.callOn('symlinkat', path, text, AT_FDCWD, address)),
    );
  }

  unlink(path: string): void {
    this.withPath(path, (address) => this.callOn('unlinkat', path, AT_FDCWD, address, 0));
  }

  rmdir(path: string): void {
    this.withPath(path, (address) => this.callOn('unlinkat', path, AT_FDCWD, address, AT_REMOVEDIR));
  }

  /** The reading and the writing end of a new pipe. */
  pipe(flags = 0): readonly [number, number] {
    return this.withBytes(new Uint8Array(8), (address) => {
      this.call('pipe2', address, flags);
      const view = new DataView(this.memory.read(address, 8).buffer);
      return [view.getInt32(0, true), view.getInt32(4, true)] as const;
    });
  }
}
