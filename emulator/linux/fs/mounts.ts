import type { Kernel } from '../init/kernel.ts';
import type { MemoryHost } from '../mm/address-space.ts';
import { ShmemInode } from '../mm/shmem.ts';
import { DMA_BUF_MAGIC } from '../uapi/dma-buf.ts';
import {
  ANON_INODE_FS_MAGIC,
  DEBUGFS_MAGIC,
  PIPEFS_MAGIC,
  PROC_SUPER_MAGIC,
  RAMFS_MAGIC,
  SOCKFS_MAGIC,
  SYSFS_MAGIC,
  TMPFS_MAGIC,
} from '../uapi/magic.ts';
import { makeDevice } from '../uapi/stat.ts';
import { Dentry } from './dentry.ts';
import { FileSystem, type Inode, type NewNode } from './inode.ts';
import { Directory } from './libfs.ts';
import { ProcRoot } from './proc/root.ts';

/** A row of /proc/mounts. */
export interface Mounted {
  readonly source: string;
  readonly path: string;
  readonly type: string;
  readonly root: Inode;
  /** The folder below it; undefined for what the kernel mounted before the first program, which stays. */
  readonly under: Inode | undefined;
}

/**
 * The file systems of a booted board, mounted where programs expect them: /, /dev, /proc, /sys,
 * /sys/kernel/debug and /tmp; and those that the kernel mounts for itself.
 */
export class Mounts {
  /** Where anonymous memory and memfds live. */
  readonly shm: FileSystem;
  readonly dmaBuf: FileSystem;
  readonly anonymous: FileSystem;
  readonly pipes: FileSystem;
  readonly sockets: FileSystem;
  readonly root: Dentry;
  readonly dev: Directory;
  readonly proc: ProcRoot;
  readonly sys: Directory;
  readonly debug: Directory;
  readonly tmp: Directory;
  /** What is mounted, in order, as /proc/mounts lists it. */
  readonly table: Mounted[];
  #lastMinor = 0;
  readonly #host: MemoryHost;

  constructor(host: MemoryHost, options: { readonly dmaBufNoExec: boolean }) {
    this.#host = host;
    const inMemory = (name: string, magic: number) => this.#inMemory(name, magic);
    const rootFolder = inMemory('rootfs', RAMFS_MAGIC);
    this.shm = this.#fileSystem('tmpfs', TMPFS_MAGIC);
    this.dev = inMemory('devtmpfs', TMPFS_MAGIC);
    this.proc = new ProcRoot(this.#fileSystem('proc', PROC_SUPER_MAGIC));
    this.sys = new Directory(this.#fileSystem('sysfs', SYSFS_MAGIC), 0o555);
    this.debug = new Directory(this.#fileSystem('debugfs', DEBUGFS_MAGIC), 0o700);
    this.dmaBuf = this.#fileSystem('dmabuf', DMA_BUF_MAGIC, options.dmaBufNoExec);
    this.anonymous = this.#fileSystem('anon_inodefs', ANON_INODE_FS_MAGIC);
    this.pipes = this.#fileSystem('pipefs', PIPEFS_MAGIC);
    this.sockets = this.#fileSystem('sockfs', SOCKFS_MAGIC);
    this.tmp = inMemory('tmpfs', TMPFS_MAGIC);
    this.tmp.mode |= 0o1777;
    for (const [name, mounted] of [
      ['dev', this.dev],
      ['proc', this.proc],
      ['sys', this.sys],
      ['tmp', this.tmp],
    ] as const) {
      rootFolder.folder(name).mounted = mounted;
    }
    this.sys.folder('kernel').folder('debug').mounted = this.debug;
    this.root = new Dentry(rootFolder);
    this.table = [
      { source: 'rootfs', path: '/', type: 'rootfs', root: rootFolder, under: undefined },
      { source: 'devtmpfs', path: '/dev', type: 'devtmpfs', root: this.dev, under: undefined },
      { source: 'proc', path: '/proc', type: 'proc', root: this.proc, under: undefined },
      { source: 'sysfs', path: '/sys', type: 'sysfs', root: this.sys, under: undefined },
      { source: 'debugfs', path: '/sys/kernel/debug', type: 'debugfs', root: this.debug, under: undefined },
      { source: 'tmpfs', path: '/tmp', type: 'tmpfs', root: this.tmp, under: undefined },
    ];
  }

  /** The root of a file system that a program mounts: the one there is, or a new one in memory. */
  rootOf(type: string): Directory | undefined {
    switch (type) {
      case 'proc':
        return this.proc;
      case 'sysfs':
        return this.sys;
      case 'devtmpfs':
        return this.dev;
      case 'debugfs':
        return this.debug;
      case 'tmpfs': {
        const made = this.#inMemory('tmpfs', TMPFS_MAGIC);
        made.mode |= 0o1777;
        return made;
      }
      case 'ramfs':
        return this.#inMemory('ramfs', RAMFS_MAGIC);
      default:
        return undefined;
    }
  }

  #inMemory(name: string, magic: number): Directory {
    const fileSystem = this.#fileSystem(name, magic);
    const makeFile = ({ mode, uid, gid }: NewNode) =>
      new ShmemInode(fileSystem, this.#host, { mode: mode & 0o7777, uid, gid });
    return new Directory(fileSystem, 0o755, { makeFile });
  }

  /** Every file system without a disk has major 0 and the next minor. */
  #fileSystem(name: string, magic: number, noExec = false): FileSystem {
    this.#lastMinor += 1;
    const device = makeDevice(0, this.#lastMinor);
    return new FileSystem({ name, magic, device, blockSizeBytes: this.#host.pageSizeBytes, noExec });
  }
}

/** The mounts of a kernel that is being put together. */
export function mountAll(early: Pick<Kernel, 'memory' | 'pageSizeBytes' | 'release' | 'frames'>): Mounts {
  return new Mounts(early, { dmaBufNoExec: early.release.behaviours.executableMappings === 'EPERM' });
}
