import { OpenFile } from '../../fs/file.ts';
import type { Inode, OpenRequest } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { ShmemInode } from '../../mm/shmem.ts';
import { readUser } from '../../mm/uaccess.ts';
import { type AreaBacking, VM_DONTDUMP, VM_DONTEXPAND, VM_PFNMAP, type VmArea } from '../../mm/vm-area.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { F_SEAL_FUTURE_WRITE, F_SEAL_SHRINK, F_SEAL_WRITE, O_CLOEXEC, O_RDWR } from '../../uapi/fcntl.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import {
  UDMABUF_CREATE,
  UDMABUF_CREATE_LIST,
  UDMABUF_FLAGS_CLOEXEC,
  udmabufCreateBytes,
  udmabufItemBytes,
  udmabufListHeadBytes,
} from '../../uapi/udmabuf.ts';
import { registerMisc } from '../char/misc.ts';
import type { DmaBufOperations } from './dma-buf.ts';

/**
 * Buffers out of pieces of memfds. Plays drivers/dma-buf/udmabuf.c of 4.20 to 7.3; files of huge pages are not there.
 * Its parameters can be set on the command line: udmabuf.list_limit, udmabuf.size_limit_mb.
 */

interface Limits {
  readonly items: number;
  readonly sizeMiB: number;
}

interface Item {
  readonly memfd: number;
  readonly offset: bigint;
  readonly size: bigint;
}

/** The pages of one buffer, which stay those of the files that they came from. */
class Udmabuf implements DmaBufOperations, AreaBacking {
  readonly populated: boolean;
  readonly #pfns: readonly number[];
  /** A begin of an access has set up the list of pages, without which there is nothing to end. */
  #accessed = false;

  constructor(pfns: readonly number[], populated: boolean) {
    this.#pfns = pfns;
    this.populated = populated;
  }

  pageAt(pageIndex: number): number | undefined {
    return this.#pfns[pageIndex];
  }

  map(area: VmArea, kernel: Kernel): Errno {
    if (!area.isShared) return -errno.EINVAL;
    if (kernel.release.behaviours.udmabufMap === 'pfn') area.flags |= VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
    area.backing = this;
    return 0;
  }

  beginCpuAccess(): Errno {
    this.#accessed = true;
    return 0;
  }

  endCpuAccess(): Errno {
    return this.#accessed ? 0 : -errno.EINVAL;
  }

  release(kernel: Kernel): void {
    unpin(kernel, this.#pfns);
  }
}

function unpin(kernel: Kernel, pfns: readonly number[]): void {
  for (const pfn of pfns) kernel.frames.unpin(pfn);
}

/** check_memfd_seals(): the file behind a descriptor that may lend its pages, or -errno. */
function memfdOf(kernel: Kernel, task: Task, fd: number): ShmemInode | Errno {
  const inode = task.files.get(fd)?.inode;
  if (!(inode instanceof ShmemInode)) return -errno.EBADFD;
  const refuses = kernel.release.behaviours.udmabufFutureWriteSeal === 'EINVAL';
  const denied = refuses ? F_SEAL_WRITE | F_SEAL_FUTURE_WRITE : F_SEAL_WRITE;
  if ((inode.seals & F_SEAL_SHRINK) === 0 || (inode.seals & denied) !== 0) return -errno.EINVAL;
  return inode;
}

/** How many pages all items ask for, or -errno. */
function countPages(kernel: Kernel, items: readonly Item[], limits: Limits): number {
  const page = BigInt(kernel.pageSizeBytes);
  const limit = (BigInt(limits.sizeMiB) << 20n) / page;
  let count = 0n;
  for (const { offset, size } of items) {
    if (offset % page !== 0n || size % page !== 0n) return -errno.EINVAL;
    count += size / page;
    if (count > limit) return -errno.EINVAL;
  }
  return count === 0n ? -errno.EINVAL : Number(count);
}

/** Takes the pages of one item; the files keep them, and the buffer too. */
function pinItem(kernel: Kernel, task: Task, { memfd, offset, size }: Item, pfns: number[]): Errno {
  const file = memfdOf(kernel, task, memfd);
  if (typeof file === 'number') return file;
  if (offset + size > BigInt(file.sizeBytes)) return -errno.EINVAL;
  const first = Number(offset) / kernel.pageSizeBytes;
  for (let index = 0; index < Number(size) / kernel.pageSizeBytes; index += 1) {
    const pfn = file.pageAt(first + index);
    if (pfn === undefined) return -errno.ENOMEM;
    kernel.frames.pin(pfn);
    pfns.push(pfn);
  }
  return 0;
}

/** udmabuf_create(): the descriptor of a new buffer, or -errno with nothing left behind. */
function create(kernel: Kernel, task: Task, items: readonly Item[], flags: number, limits: Limits): Errno {
  const pageCount = countPages(kernel, items, limits);
  if (pageCount < 0) return pageCount;
  const pfns: number[] = [];
  for (const item of items) {
    const pinned = pinItem(kernel, task, item, pfns);
    if (pinned < 0) {
      unpin(kernel, pfns);
      return pinned;
    }
  }
  const buffer = kernel.dmaBufs.export(
    {
      exporterName: 'udmabuf',
      heapName: undefined,
      operations: new Udmabuf(pfns, kernel.release.behaviours.udmabufMap === 'pfn'),
      sizeBytes: pageCount * kernel.pageSizeBytes,
      flags: O_RDWR,
    },
    kernel,
    task,
  );
  if (typeof buffer === 'number') {
    unpin(kernel, pfns);
    return buffer;
  }
  const fd = kernel.dmaBufs.reserveFd(task, (flags & UDMABUF_FLAGS_CLOEXEC) !== 0 ? O_CLOEXEC : 0);
  if (fd < 0) buffer.file.put(kernel, 'failed-call', task);
  else task.files.install(fd, buffer.file);
  return fd;
}

function itemAt(view: DataView, offset: number): Item {
  return {
    memfd: view.getInt32(offset, true),
    offset: view.getBigUint64(offset + 8, true),
    size: view.getBigUint64(offset + 16, true),
  };
}

class UdmabufDeviceFile extends OpenFile {
  readonly #limits: Limits;

  constructor(inode: Inode, request: OpenRequest, limits: Limits) {
    super(inode, request.flags, request.dentry);
    this.#limits = limits;
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    const address = asAddress(argument);
    switch (request) {
      case UDMABUF_CREATE: {
        const bytes = readUser(task, address, udmabufCreateBytes);
        if (typeof bytes === 'number') return bytes;
        const view = new DataView(bytes.buffer);
        return create(kernel, task, [itemAt(view, 0)], view.getUint32(4, true), this.#limits);
      }
      case UDMABUF_CREATE_LIST:
        return this.#createList(kernel, task, address);
      default:
        return -errno.ENOTTY;
    }
  }

  #createList(kernel: Kernel, task: Task, address: number): Errno {
    const head = readUser(task, address, udmabufListHeadBytes);
    if (typeof head === 'number') return head;
    const view = new DataView(head.buffer);
    const count = view.getUint32(4, true);
    if (count > this.#limits.items) return -errno.EINVAL;
    const bytes = readUser(task, address + udmabufListHeadBytes, count * udmabufItemBytes);
    if (typeof bytes === 'number') return bytes;
    const list = new DataView(bytes.buffer);
    const items = Array.from({ length: count }, (_, index) => itemAt(list, index * udmabufItemBytes));
    return create(kernel, task, items, view.getUint32(0, true), this.#limits);
  }
}

/** A module parameter of the command line; what is no number leaves the default. */
function parameter(kernel: Kernel, name: string, otherwise: number): number {
  const value = kernel.parameters.value(`udmabuf.${name}`);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : otherwise;
}

/** udmabuf_dev_init() */
export function addUdmabuf(kernel: Kernel): Errno {
  const limits: Limits = {
    items: parameter(kernel, 'list_limit', 1024),
    sizeMiB: parameter(kernel, 'size_limit_mb', 64),
  };
  return registerMisc(kernel, 'udmabuf', (request, inode) => new UdmabufDeviceFile(inode, request, limits));
}
