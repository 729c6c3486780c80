import { systemCallNamed } from '../../emulator/linux/syscalls.ts';
import { errnoName } from '../../emulator/linux/uapi/errno.ts';
import { AT_FDCWD, O_DIRECTORY, O_RDONLY } from '../../emulator/linux/uapi/fcntl.ts';
import type { Register } from '../../emulator/linux/uapi/registers.ts';
import { type ExitStatus, encodeExitStatus } from '../../emulator/linux/uapi/wait.ts';
import { MemoryFault } from '../../emulator/userland/errors.ts';
import type { Process } from '../../emulator/userland/process.ts';

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

const signalNumbers = { SIGSEGV: 11, SIGBUS: 7 } as const;

/**
 * The C library as the probe uses it: a call gives -1 where it fails, and `errno` then has the error's name and keeps
 * it until the next failure. Texts are bytes, one character each.
 */
export class Libc {
  readonly process: Process;
  errno = '';

  constructor(process: Process, errno = '') {
    this.process = process;
    this.errno = errno;
  }

  /** Any system call by its arm64 name. One that the kernel does not have fails with ENOSYS. */
  call(name: string, ...registers: readonly Register[]): number {
    if (systemCallNamed(name) === undefined) return this.#fail('ENOSYS');
    const result = this.process.trySyscall(name, ...registers);
    return result < 0 && result >= -4095 ? this.#fail(errnoName(result) ?? `E${-result}`) : result;
  }

  #fail(name: string): -1 {
    this.errno = name;
    return -1;
  }

  /** Runs `use` with the address of these bytes; afterwards they hold what the call left there. */
  withBytes<Result>(bytes: Uint8Array, use: (address: number) => Result): Result {
    const { memory } = this.process;
    const address = memory.push(bytes);
    try {
      return use(address);
    } finally {
      memory.pop(address);
      if (this.process.isAlive) memory.readInto(address, bytes);
    }
  }

  /** As `withBytes`, with a text and its NUL. */
  withText<Result>(text: string, use: (address: number) => Result): Result {
    return this.withBytes(bytesOf(`${text}\0`), use);
  }

  open(path: string, flags: number, mode = 0): number {
    return this.withText(path, (address) => this.call('openat', AT_FDCWD, address, flags, mode));
  }

  close(fd: number): number {
    return this.call('close', fd);
  }

  dup(fd: number): number {
    return this.call('dup', fd);
  }

  fcntl(fd: number, command: number, argument: Register = 0): number {
    return this.call('fcntl', fd, command, argument);
  }

  ioctl(fd: number, request: Register, argument: Uint8Array | Register): number {
    if (!(argument instanceof Uint8Array)) return this.call('ioctl', fd, request, argument);
    return this.withBytes(argument, (address) => this.call('ioctl', fd, request, address));
  }

  /** The bytes that were read; undefined where the call failed. */
  read(fd: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    const count = this.withBytes(bytes, (address) => this.call('read', fd, address, length));
    return count < 0 ? undefined : bytes.subarray(0, count);
  }

  write(fd: number, data: Uint8Array | string): number {
    const bytes = typeof data === 'string' ? bytesOf(data) : data;
    return this.withBytes(bytes, (address) => this.call('write', fd, address, bytes.length));
  }

  /** The address, or undefined for MAP_FAILED. */
  mmap(length: Register, prot: number, flags: number, fd: number, offset: Register = 0): number | undefined {
    const address = this.call('mmap', 0, length, prot, flags, fd, offset);
    return address === -1 ? undefined : address;
  }

  munmap(address: number, length: number): number {
    return this.call('munmap', address, length);
  }

  readlink(path: string): { readonly ret: number; readonly link: string } {
    const bytes = new Uint8Array(255);
    const ret = this.withText(path, (name) =>
      this.withBytes(bytes, (address) => this.call('readlinkat', AT_FDCWD, name, address, bytes.length)),
    );
    return { ret, link: ret < 0 ? '' : textOf(bytes.subarray(0, ret)) };
  }

  /** The whole of a file; undefined where it cannot be opened. */
  slurp(path: string): string | undefined {
    const fd = this.open(path, O_RDONLY);
    if (fd < 0) return undefined;
    const parts: string[] = [];
    for (
      let part = this.read(fd, 32768);
      part !== undefined && part.length > 0;
      part = this.read(fd, 32768)
    ) {
      parts.push(textOf(part));
    }
    this.close(fd);
    return parts.join('');
  }

  /** The entries of a folder but `.` and `..`, by the order of their bytes; undefined where there is none. */
  list(path: string): readonly string[] | undefined {
    return this.listOpen(path)?.names;
  }

  /** As `list`, with the number that the folder's own descriptor had. */
  listOpen(path: string): { readonly fd: number; readonly names: readonly string[] } | undefined {
    const fd = this.open(path, O_RDONLY | O_DIRECTORY);
    if (fd < 0) return undefined;
    const names: string[] = [];
    for (let entries = this.process.getdents(fd); entries.length > 0; entries = this.process.getdents(fd)) {
      names.push(...entries.map((entry) => entry.name));
    }
    this.close(fd);
    return { fd, names: names.filter((name) => name !== '.' && name !== '..').sort() };
  }

  /** Touches a byte of memory with SIGSEGV and SIGBUS caught: `ok`, or the signal. Writes a 1. */
  touch(address: number, write: boolean): 'ok' | 'SIGSEGV' | 'SIGBUS' {
    const { process } = this;
    for (const signal of Object.values(signalNumbers)) process.onSignal(signal, () => {});
    try {
      if (write) process.memory.write(address, Uint8Array.of(1));
      else process.memory.read(address, 1);
      return 'ok';
    } catch (error) {
      if (error instanceof MemoryFault) return error.signal;
      throw error;
    } finally {
      if (process.isAlive) for (const signal of Object.values(signalNumbers)) process.defaultSignal(signal);
    }
  }

  /** A byte of memory, as C's `char` of arm64 is: unsigned. */
  byte(address: number): number {
    return this.process.memory.read(address, 1)[0] ?? 0;
  }

  /** Lets time pass. */
  usleep(microseconds: number): void {
    const request = new Uint8Array(16);
    const view = new DataView(request.buffer);
    view.setBigInt64(0, BigInt(Math.floor(microseconds / 1e6)), true);
    view.setBigInt64(8, BigInt((microseconds % 1e6) * 1000), true);
    this.withBytes(request, (address) => this.call('nanosleep', address, 0));
  }

  /** waitpid(): the status word; undefined where there is no such child. */
  waitpid(pid: number): { readonly word: number; readonly status: ExitStatus } | undefined {
    const ended = this.process.wait(pid);
    return ended === undefined ? undefined : { word: encodeExitStatus(ended.status), status: ended.status };
  }
}
