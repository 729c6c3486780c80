import type { HostArchitecture, HostCallName } from './architecture.ts';
import { Arena, arenaBytes, dataBytes, places } from './arena.ts';
import type { HostLibrary, HostRegister } from './library.ts';

const ADDRESS_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const AT_FDCWD = -100;
const EINTR = 4;
const EFAULT = 14;
const POLLIN_EVENT = 1;
const decoder = new TextDecoder();

/** A child of ours, and the status word of wait(). */
export interface WaitResult {
  readonly pid: number;
  readonly word: number;
}

/** The host's kernel as the supervisor uses it. Results are values or negative errnos. */
export class Host {
  readonly library: HostLibrary;
  readonly architecture: HostArchitecture;
  readonly arena: Arena;

  constructor(library: HostLibrary, architecture: HostArchitecture) {
    this.library = library;
    this.architecture = architecture;
    const { mmap } = architecture.numbers;
    const base = library.systemCall(mmap, 0, arenaBytes, ADDRESS_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (base < 0) throw new Error('no memory for the arena');
    this.arena = new Arena(base, library.view(base, arenaBytes));
  }

  /** Any call; a negative errno where it fails. */
  call(
    name: HostCallName,
    a: HostRegister = 0,
    b: HostRegister = 0,
    c: HostRegister = 0,
    d: HostRegister = 0,
    e: HostRegister = 0,
    f: HostRegister = 0,
  ): number {
    const result = this.library.systemCall(this.architecture.numbers[name], a, b, c, d, e, f);
    return result === -1 ? -this.library.errno() : result;
  }

  close(fd: number): void {
    this.call('close', fd);
  }

  open(path: string, flags: number): number {
    return this.call('openat', AT_FDCWD, this.arena.putPath(path), flags, 0);
  }

  /** A file of memory, open for reading and writing. */
  memoryFile(name: string): number {
    const closeOnExec = 1;
    return this.call('memfd_create', this.arena.putPath(name), closeOnExec);
  }

  /** The text of a link, or undefined. */
  readLink(path: string): string | undefined {
    const { arena } = this;
    const to = places.secondPath;
    const length = this.call('readlinkat', AT_FDCWD, arena.putPath(path), arena.at(to), 4096);
    return length < 0 ? undefined : decoder.decode(arena.bytes.subarray(to, to + length));
  }

  /** Where a descriptor of a process leads, as /proc tells it; the view is good until the next call. */
  descriptorLink(process: number, fd: number): Uint8Array | undefined {
    const { arena } = this;
    const to = places.secondPath;
    if (fd < 0) return undefined;
    const length = this.call(
      'readlinkat',
      AT_FDCWD,
      arena.putDescriptorPath(process, fd),
      arena.at(to),
      4096,
    );
    return length < 0 ? undefined : arena.bytes.subarray(to, to + length);
  }

  /** Opens what a descriptor of ours leads to once more, as an open file of its own. */
  reopen(fd: number, flags: number): number {
    return this.call('openat', AT_FDCWD, this.arena.putDescriptorPath(process.pid, fd), flags, 0);
  }

  /** Writes all bytes at an offset of a file of ours. */
  writeAt(fd: number, bytes: Uint8Array, offset: number): number {
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + dataBytes);
      this.arena.bytes.set(part, places.data);
      const count = this.call('pwrite64', fd, this.arena.at(places.data), part.length, offset + done);
      if (count <= 0) return count;
      done += count;
    }
    return bytes.length;
  }

  /** Reads up to `length` bytes, at most what the arena holds; the view is good until the next call. */
  read(fd: number, length: number): Uint8Array | number {
    const count = this.call('read', fd, this.arena.at(places.data), Math.min(length, dataBytes));
    return count < 0 ? count : this.arena.bytes.subarray(places.data, places.data + count);
  }

  /** A part of a file of ours, as bytes of their own. */
  readAt(fd: number, offset: number, length: number): Uint8Array {
    const count = this.call('pread64', fd, this.arena.at(places.data), Math.min(length, dataBytes), offset);
    return this.arena.bytes.slice(places.data, places.data + Math.max(0, count));
  }

  watchReadable(epollFd: number, fd: number): number {
    const EPOLL_CTL_ADD = 1;
    const { arena } = this;
    const dataAt = this.#eventDataAt;
    arena.view.setUint32(places.event, POLLIN_EVENT, true);
    arena.setRegister(places.event + dataAt, fd);
    return this.call('epoll_ctl', epollFd, EPOLL_CTL_ADD, fd, arena.at(places.event));
  }

  /** Which of the watched descriptors are readable now or within the time. */
  readable(epollFd: number, timeoutMs: number): readonly number[] {
    const mostEvents = 8;
    const { arena } = this;
    const count = this.call('epoll_pwait', epollFd, arena.at(places.event), mostEvents, timeoutMs, 0, 8);
    const size = this.#eventDataAt + 8;
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) {
      found.push(arena.view.getUint32(places.event + index * size + this.#eventDataAt, true));
    }
    return found;
  }

  /** struct epoll_event is packed on x86-64 only. */
  get #eventDataAt(): number {
    return this.architecture.name === 'x86-64' ? 4 : 8;
  }

  /** Memory of another process, copied into the arena; the view is good until the next call. -EFAULT is undefined. */
  peek(tid: number, address: HostRegister, length: number): Uint8Array | undefined {
    const { bytes } = this.arena;
    if (length > dataBytes || !this.#transfer('process_vm_readv', tid, address, length)) return undefined;
    return bytes.subarray(places.data, places.data + length);
  }

  /** Writes into another process as it could itself; false where it may not. */
  poke(tid: number, address: HostRegister, source: Uint8Array): boolean {
    if (source.length > dataBytes) return false;
    this.arena.bytes.set(source, places.data);
    return this.#transfer('process_vm_writev', tid, address, source.length);
  }

  #transfer(
    call: 'process_vm_readv' | 'process_vm_writev',
    tid: number,
    address: HostRegister,
    length: number,
  ): boolean {
    if (length === 0) return true;
    if (typeof address === 'bigint' && address >= 1n << 63n) return false;
    const { arena } = this;
    arena.setRegister(places.localVector, arena.at(places.data));
    arena.setRegister(places.localVector + 8, length);
    arena.setRegister(places.remoteVector, address);
    arena.setRegister(places.remoteVector + 8, length);
    const local = arena.at(places.localVector);
    return this.call(call, tid, local, 1, arena.at(places.remoteVector), 1, 0) === length;
  }

  /** How a child of ours ended or stopped: its pid and the status word; undefined where none did. */
  wait(pid: number, options: number): WaitResult | undefined {
    let result = this.waitOnce(pid, options);
    while (result === 'interrupted') result = this.waitOnce(pid, options);
    return result === 'nobody' ? undefined : result;
  }

  /** As `wait`, but a signal ends it. */
  waitOnce(pid: number, options: number): WaitResult | 'interrupted' | 'nobody' {
    const ended = this.call('wait4', pid, this.arena.at(places.word), options, 0);
    if (ended === -EINTR) return 'interrupted';
    if (ended <= 0) return 'nobody';
    return { pid: ended, word: this.arena.view.getUint32(places.word, true) };
  }

  kill(pid: number, signal: number): void {
    this.call('kill', pid, signal);
  }
}

/** The bytes before a NUL at an address of another process, at most `limit`; undefined at a fault. */
export function peekString(
  host: Host,
  tid: number,
  address: HostRegister,
  limit: number,
): Uint8Array | undefined {
  const page = 4096;
  const parts = new Uint8Array(limit);
  let filled = 0;
  while (filled < limit) {
    const at = typeof address === 'bigint' ? address + BigInt(filled) : address + filled;
    const inPage = Number(BigInt(at) % BigInt(page));
    const chunk = host.peek(tid, at, Math.min(page - inPage, limit - filled, filled === 0 ? 256 : page));
    if (chunk === undefined) return undefined;
    const end = chunk.indexOf(0);
    parts.set(end < 0 ? chunk : chunk.subarray(0, end), filled);
    if (end >= 0) return parts.slice(0, filled + end);
    filled += chunk.length;
  }
  return parts;
}

export const hostErrno = { EINTR, EFAULT } as const;
