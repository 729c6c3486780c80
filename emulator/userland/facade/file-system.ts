import * as fcntl from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import { type FacadeStats, statsOf } from './file-status.ts';

/** Open flags as words, as Node takes them. */
const flagWords: Readonly<Record<string, number>> = {
  r: fcntl.O_RDONLY,
  rs: fcntl.O_RDONLY | fcntl.O_SYNC,
  'r+': fcntl.O_RDWR,
  'rs+': fcntl.O_RDWR | fcntl.O_SYNC,
  w: fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_TRUNC,
  wx: fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_TRUNC | fcntl.O_EXCL,
  'w+': fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_TRUNC,
  'wx+': fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_TRUNC | fcntl.O_EXCL,
  a: fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND,
  ax: fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_EXCL,
  'a+': fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_APPEND,
};

/** The names of the calls in Node's errors, where they are others than the kernel's. */
const nodeNames: Readonly<Record<string, string>> = {
  openat: 'open',
  newfstatat: 'stat',
  unlinkat: 'unlink',
  mkdirat: 'mkdir',
  readlinkat: 'readlink',
  faccessat: 'access',
  pread64: 'read',
  pwrite64: 'write',
};

/** As node:fs does, with the numbers of arm64 where those of other machines differ. */
const constants = {
  O_RDONLY: fcntl.O_RDONLY,
  O_WRONLY: fcntl.O_WRONLY,
  O_RDWR: fcntl.O_RDWR,
  O_CREAT: fcntl.O_CREAT,
  O_EXCL: fcntl.O_EXCL,
  O_TRUNC: fcntl.O_TRUNC,
  O_APPEND: fcntl.O_APPEND,
  O_NONBLOCK: fcntl.O_NONBLOCK,
  O_DIRECTORY: fcntl.O_DIRECTORY,
  O_NOFOLLOW: fcntl.O_NOFOLLOW,
  O_SYNC: fcntl.O_SYNC,
  F_OK: 0,
  X_OK: 1,
  W_OK: 2,
  R_OK: 4,
} as const;

const utf8 = new TextEncoder();

/** Does something under a name that Node gives it; a failure is told by that name, and the path. */
function as<Result>(name: string | undefined, path: string | undefined, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const call = name ?? nodeNames[error.syscall] ?? error.syscall;
    throw new SyscallError(call, error.errno, path ?? error.path);
  }
}

function flagsOf(flags: string | number): number {
  if (typeof flags === 'number') return flags;
  const known = flagWords[flags];
  if (known === undefined) throw new TypeError(`unknown open flags "${flags}"`);
  return known | fcntl.O_CLOEXEC;
}

/** Where reading and writing begins in a buffer, and how far it goes. */
function part(buffer: Uint8Array, offset = 0, length = buffer.length - offset): Uint8Array {
  return buffer.subarray(offset, offset + length);
}

/**
 * A process in the shape of node:fs, as far as code on devices needs it, and `ioctl`. For code that has its `fs` handed
 * in: it then runs unchanged on an emulated board.
 */
export class FacadeFileSystem {
  readonly constants = constants;
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  openSync(path: string, flags: string | number = 'r', mode = 0o666): number {
    return as(undefined, path, () => this.#process.open(path, flagsOf(flags), mode));
  }

  closeSync(fd: number): void {
    as(undefined, undefined, () => this.#process.close(fd));
  }

  /** ioctl(): the buffer is changed as the kernel changes it; a number is passed as it is. */
  ioctl(fd: number, request: number | bigint, argument: Uint8Array | number = 0): number {
    return as(undefined, undefined, () => this.#process.ioctl(fd, Number(request), argument));
  }

  readSync(
    fd: number,
    buffer: Uint8Array,
    offset?: number,
    length?: number,
    position?: number | null,
  ): number {
    const room = part(buffer, offset, length);
    const bytes = as(undefined, undefined, () =>
      typeof position === 'number'
        ? this.#process.pread(fd, room.length, position)
        : this.#process.read(fd, room.length),
    );
    room.set(bytes);
    return bytes.length;
  }

  writeSync(
    fd: number,
    data: Uint8Array | string,
    offset?: number,
    length?: number,
    position?: number | null,
  ): number {
    const bytes = typeof data === 'string' ? utf8.encode(data) : part(data, offset, length);
    return as(undefined, undefined, () =>
      typeof position === 'number'
        ? this.#process.pwrite(fd, bytes, position)
        : this.#process.write(fd, bytes),
    );
  }

  readFileSync(path: string, encoding?: 'utf8' | { readonly encoding?: 'utf8' }): string | Uint8Array {
    const text = as(undefined, path, () => this.#process.readFile(path));
    const wantsText = encoding === 'utf8' || (typeof encoding === 'object' && encoding.encoding === 'utf8');
    return wantsText ? text : utf8.encode(text);
  }

  writeFileSync(path: string, data: Uint8Array | string): void {
    const fd = this.openSync(path, 'w');
    try {
      this.writeSync(fd, data);
    } finally {
      this.closeSync(fd);
    }
  }

  /** The names in a folder, sorted by none: in the folder's own order, as Node gives them. */
  readdirSync(path: string): string[] {
    return as('scandir', path, () => [...this.#process.readdir(path)]);
  }

  statSync(path: string): FacadeStats {
    return statsOf(as(undefined, path, () => this.#process.stat(path)));
  }

  lstatSync(path: string): FacadeStats {
    return statsOf(as('lstat', path, () => this.#process.stat(path, fcntl.AT_SYMLINK_NOFOLLOW)));
  }

  fstatSync(fd: number): FacadeStats {
    return statsOf(as(undefined, undefined, () => this.#process.fstat(fd)));
  }

  existsSync(path: string): boolean {
    try {
      this.#process.stat(path);
      return true;
    } catch (error) {
      if (error instanceof SyscallError) return false;
      throw error;
    }
  }

  accessSync(path: string, mode = 0): void {
    const address = this.#process.memory.pushString(path);
    try {
      as('access', path, () => this.#process.syscall('faccessat', fcntl.AT_FDCWD, address, mode));
    } finally {
      this.#process.memory.pop(address);
    }
  }

  readlinkSync(path: string): string {
    return as(undefined, path, () => this.#process.readlink(path));
  }

  unlinkSync(path: string): void {
    as(undefined, path, () => this.#process.unlink(path));
  }

  mkdirSync(path: string, mode = 0o777): void {
    as(undefined, path, () => this.#process.mkdir(path, mode));
  }

  ftruncateSync(fd: number, length = 0): void {
    as(undefined, undefined, () => this.#process.ftruncate(fd, length));
  }

  fsyncSync(fd: number): void {
    as(undefined, undefined, () => this.#process.syscall('fsync', fd));
  }
}

/** A process in the shape of node:fs. */
export function fileSystem(process: Process): FacadeFileSystem {
  return new FacadeFileSystem(process);
}
