import { Dentry } from '../fs/dentry.ts';
import { OpenFile, type Positioning } from '../fs/file.ts';
import { type FileSystem, Inode, type OpenRequest } from '../fs/inode.ts';
import { seekWithin } from '../fs/libfs.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import {
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  O_APPEND,
  O_LARGEFILE,
  O_RDWR,
} from '../uapi/fcntl.ts';
import { S_IFREG } from '../uapi/stat.ts';
import type { MemoryHost } from './address-space.ts';
import type { FrameHolder } from './frames.ts';
import { type AreaBacking, VM_SHARED, VM_WRITE, type VmArea } from './vm-area.ts';

/** MAX_LFS_FILESIZE, which is one less; numbers cannot tell the two apart. */
const maximumFileBytes = 2 ** 63;

/** What a file holds before anybody wrote to it, kept by the host; it may be read at first use only. */
export interface FileContent {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}

/** A file whose pages are memory: tmpfs, memfd_create() and shared anonymous mappings. Plays mm/shmem.c. */
export class ShmemInode extends Inode implements AreaBacking, FrameHolder {
  readonly #host: MemoryHost;
  readonly #pages = new Map<number, number>();
  readonly populated = false;
  #content: FileContent | undefined;
  /** As much of the content as still shows where the file has no page. */
  #contentBytes = 0;
  /** F_SEAL_*; a plain tmpfs file is sealed against sealing. */
  seals: number;

  constructor(
    fileSystem: FileSystem,
    host: MemoryHost,
    options: { mode?: number; uid?: number; gid?: number; seals?: number } = {},
  ) {
    super(fileSystem, S_IFREG | (options.mode ?? 0o777), options.uid, options.gid);
    this.#host = host;
    this.seals = options.seals ?? F_SEAL_SEAL;
  }

  override get blocks(): number {
    const { pageSizeBytes } = this.#host;
    let pages = Math.ceil(this.#contentBytes / pageSizeBytes);
    if (pages === 0) pages = this.#pages.size;
    else for (const index of this.#pages.keys()) if (index * pageSizeBytes >= this.#contentBytes) pages += 1;
    return (pages * pageSizeBytes) / 512;
  }

  /** Makes an empty file hold something that costs no memory of the board before a page of it is mapped or written. */
  show(content: FileContent): void {
    this.#content = content;
    this.#contentBytes = content.sizeBytes;
    this.sizeBytes = content.sizeBytes;
  }

  /** What shows of the content in a range; empty where nothing does. */
  #shown(start: number, end: number): Uint8Array | undefined {
    if (start >= this.#contentBytes) return undefined;
    return this.#content?.bytes.subarray(start, Math.min(end, this.#contentBytes));
  }

  /** The page that holds a part of the file, made where it is missing; undefined beyond the end or without memory. */
  pageAt(pageIndex: number): number | undefined {
    if (pageIndex < 0 || pageIndex * this.#host.pageSizeBytes >= this.sizeBytes) return undefined;
    return this.#page(pageIndex);
  }

  #page(pageIndex: number): number | undefined {
    const known = this.#pages.get(pageIndex);
    if (known !== undefined) return known;
    const pfn = this.#host.frames.allocate();
    if (pfn < 0) return undefined;
    const { memory, pageSizeBytes } = this.#host;
    memory.zero(pfn * pageSizeBytes, pageSizeBytes);
    const shown = this.#shown(pageIndex * pageSizeBytes, (pageIndex + 1) * pageSizeBytes);
    if (shown !== undefined) memory.write(pfn * pageSizeBytes, shown);
    if (this.#pages.size === 0) this.#host.frames.addHolder(this);
    this.#pages.set(pageIndex, pfn);
    return pfn;
  }

  readBytes(position: number, lengthBytes: number): Uint8Array {
    const { memory, pageSizeBytes } = this.#host;
    const bytes = new Uint8Array(Math.max(0, Math.min(lengthBytes, this.sizeBytes - position)));
    for (let done = 0; done < bytes.length; ) {
      const at = position + done;
      const offset = at % pageSizeBytes;
      const count = Math.min(pageSizeBytes - offset, bytes.length - done);
      const pfn = this.#pages.get((at - offset) / pageSizeBytes);
      if (pfn !== undefined) memory.read(pfn * pageSizeBytes + offset, bytes, done, count);
      else bytes.set(this.#shown(at, at + count) ?? [], done);
      done += count;
    }
    return bytes;
  }

  writeBytes(position: number, bytes: Uint8Array): Errno {
    const { memory, pageSizeBytes } = this.#host;
    if ((this.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0) return -errno.EPERM;
    if ((this.seals & F_SEAL_GROW) !== 0 && position + bytes.length > this.sizeBytes) return -errno.EPERM;
    for (let done = 0; done < bytes.length; ) {
      const at = position + done;
      const offset = at % pageSizeBytes;
      const count = Math.min(pageSizeBytes - offset, bytes.length - done);
      const pfn = this.#page((at - offset) / pageSizeBytes);
      if (pfn === undefined) return done > 0 ? done : -errno.ENOSPC;
      memory.write(pfn * pageSizeBytes + offset, bytes, done, count);
      done += count;
      this.sizeBytes = Math.max(this.sizeBytes, at + count);
    }
    return bytes.length;
  }

  override truncate(sizeBytes: number): Errno {
    if (sizeBytes < this.sizeBytes && (this.seals & F_SEAL_SHRINK) !== 0) return -errno.EPERM;
    if (sizeBytes > this.sizeBytes && (this.seals & F_SEAL_GROW) !== 0) return -errno.EPERM;
    const { memory, frames, pageSizeBytes } = this.#host;
    this.#contentBytes = Math.min(this.#contentBytes, sizeBytes);
    for (const [index, pfn] of [...this.#pages]) {
      const start = index * pageSizeBytes;
      if (start >= sizeBytes) {
        this.#pages.delete(index);
        frames.put(pfn);
      } else if (start + pageSizeBytes > sizeBytes) {
        const kept = sizeBytes - start;
        memory.zero(pfn * pageSizeBytes + kept, pageSizeBytes - kept);
      }
    }
    this.sizeBytes = sizeBytes;
    return 0;
  }

  /** shmem_fallocate() with a hole: whole pages go, the rest is zeroed. */
  punchHole(offset: number, lengthBytes: number): Errno {
    if ((this.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0) return -errno.EPERM;
    const { memory, frames, pageSizeBytes } = this.#host;
    const shown = this.#shown(0, this.#contentBytes)
      ?.slice()
      .fill(0, offset, offset + lengthBytes);
    if (shown !== undefined) this.#content = { sizeBytes: shown.length, bytes: shown };
    for (const [index, pfn] of [...this.#pages]) {
      const pageStart = index * pageSizeBytes;
      const start = Math.max(offset, pageStart);
      const end = Math.min(offset + lengthBytes, pageStart + pageSizeBytes);
      if (start >= end) continue;
      if (end - start < pageSizeBytes) memory.zero(pfn * pageSizeBytes + start - pageStart, end - start);
      else {
        this.#pages.delete(index);
        frames.put(pfn);
      }
    }
    return 0;
  }

  /** shmem_fallocate(): makes the pages of a range exist. */
  reserve(offset: number, lengthBytes: number, keepSize: boolean): Errno {
    const end = offset + lengthBytes;
    if ((this.seals & F_SEAL_GROW) !== 0 && end > this.sizeBytes) return -errno.EPERM;
    const { pageSizeBytes } = this.#host;
    for (let index = Math.floor(offset / pageSizeBytes); index * pageSizeBytes < end; index += 1) {
      if (this.#page(index) === undefined) return -errno.ENOSPC;
    }
    if (!keepSize) this.sizeBytes = Math.max(this.sizeBytes, end);
    return 0;
  }

  /** Gives the pages back: nobody refers to the file any more. */
  evict(): void {
    for (const pfn of this.#pages.values()) this.#host.frames.put(pfn);
    this.#pages.clear();
    this.#content = undefined;
    this.#contentBytes = 0;
    this.#host.frames.removeHolder(this);
  }

  moveFrames(moved: ReadonlyMap<number, number>): void {
    for (const [index, pfn] of this.#pages) this.#pages.set(index, moved.get(pfn) ?? pfn);
  }

  override open(request: OpenRequest): OpenFile {
    return new ShmemFile(this, request.flags, request.dentry);
  }
}

/** An open file of memory. */
export class ShmemFile extends OpenFile {
  declare readonly inode: ShmemInode;
  readonly #unlinkedName: string | undefined;

  /** `unlinkedName` is what /proc shows of a file without a place in a folder: `/memfd:x (deleted)`. */
  constructor(inode: ShmemInode, flags: number, dentry?: Dentry, unlinkedName?: string) {
    super(inode, flags, dentry);
    this.#unlinkedName = unlinkedName;
    if (unlinkedName !== undefined) inode.links = 0;
  }

  override get path(): string {
    return this.#unlinkedName ?? super.path;
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  override get maximumMapBytes(): number {
    return maximumFileBytes;
  }

  override get canMap(): boolean {
    return true;
  }

  override read(length: number, position: number): Uint8Array {
    return this.inode.readBytes(position, length);
  }

  override write(bytes: Uint8Array, position: number): Errno {
    return this.inode.writeBytes((this.flags & O_APPEND) !== 0 ? this.inode.sizeBytes : position, bytes);
  }

  override seek(offset: number, whence: number): Errno {
    const target = seekWithin(this.position, this.inode.sizeBytes, offset, whence);
    if (target >= 0) this.position = target;
    return target;
  }

  override map(area: VmArea): Errno {
    const sealed = (this.inode.seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) !== 0;
    if (sealed && (area.flags & VM_SHARED) !== 0 && (area.flags & VM_WRITE) !== 0) return -errno.EPERM;
    area.backing = this.inode;
    return 0;
  }

  override fsync(): Errno {
    return 0;
  }

  protected override release(_kernel: Kernel, _cause: unknown, _task: Task | undefined): void {
    if (this.inode.links === 0) this.inode.evict();
  }
}

/** Has an open, empty file in memory show what the host keeps; false for another kind of file. */
export function showContent(task: Task, fd: number, content: FileContent): boolean {
  const inode = task.files.get(fd)?.inode;
  if (!(inode instanceof ShmemInode)) return false;
  inode.show(content);
  return true;
}

/** shmem_zero_setup(): the file behind a shared anonymous mapping. */
export function sharedAnonymousFile(kernel: Kernel, lengthBytes: number): ShmemFile | Errno {
  const inode = new ShmemInode(kernel.mounts.shm, kernel, { mode: 0o777 });
  inode.sizeBytes = lengthBytes;
  const opened = kernel.files.opened(kernel, true);
  return opened < 0 ? opened : new ShmemFile(inode, O_RDWR, new Dentry(inode), '/dev/zero (deleted)');
}

/** memfd_create(): a file of memory without a place; it can be sealed where that is allowed. */
export function createMemFd(
  kernel: Kernel,
  task: Task,
  name: string,
  allowsSealing: boolean,
): ShmemFile | Errno {
  const opened = kernel.files.opened(kernel, false);
  if (opened < 0) return opened;
  const { uid, gid } = task.credentials;
  const inode = new ShmemInode(kernel.mounts.shm, kernel, {
    mode: 0o777,
    uid,
    gid,
    seals: allowsSealing ? 0 : F_SEAL_SEAL,
  });
  return new ShmemFile(inode, O_RDWR | O_LARGEFILE, new Dentry(inode), `/memfd:${name} (deleted)`);
}
