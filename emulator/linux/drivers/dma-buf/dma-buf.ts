import { OpenFile, type PollWait, type Positioning, type ReleaseCause } from '../../fs/file.ts';
import { AnonymousInode, type FileSystem } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import { blocked, WaitQueue } from '../../kernel/sched/wait.ts';
import type { Task } from '../../kernel/task.ts';
import { copyFromUser, stringFromUser } from '../../mm/uaccess.ts';
import type { VmArea } from '../../mm/vm-area.ts';
import type { Behaviours } from '../../releases.ts';
import {
  DMA_BUF_IOCTL_SYNC,
  DMA_BUF_NAME_LEN,
  DMA_BUF_SET_NAME_A,
  DMA_BUF_SET_NAME_B,
  DMA_BUF_SYNC_END,
  DMA_BUF_SYNC_RW,
  DMA_BUF_SYNC_VALID_FLAGS_MASK,
  DMA_BUF_SYNC_WRITE,
} from '../../uapi/dma-buf.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { O_ACCMODE, O_CLOEXEC, SEEK_END, SEEK_SET } from '../../uapi/fcntl.ts';
import { POLLIN, POLLOUT } from '../../uapi/poll.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import type { Device, PageRun } from '../base/device.ts';
import { Reservation } from './dma-resv.ts';
import { passTearDownTime } from './heaps/buffer-times.ts';

/** What an exporter does with its buffers. Plays struct dma_buf_ops. */
export interface DmaBufOperations {
  /** Sets up a mapping whose bounds were checked; without it buffers cannot be mapped. */
  map?(area: VmArea, kernel: Kernel): Errno;
  beginCpuAccess?(direction: number): Errno;
  endCpuAccess?(direction: number): Errno;
  /** The pfn of a page of the buffer. */
  pageAt(pageIndex: number): number | undefined;
  /** The pages as physically contiguous runs, where the exporter keeps such a list. */
  scatter?(): readonly PageRun[];
  /** Whether processes see it past their caches. */
  readonly isUncached?: boolean;
  /** A device shares the buffer: 0 or -errno. */
  attach?(device: Device): Errno;
  detach?(device: Device): void;
  /** The last reference is gone: the memory goes back. */
  release(kernel: Kernel): void;
}

/** What dma_buf_export() is told. */
export interface ExportInfo {
  readonly exporterName: string;
  /** The heap that made it; undefined for other exporters. */
  readonly heapName: string | undefined;
  readonly operations: DmaBufOperations;
  readonly sizeBytes: number;
  /** Of the new file; only the access mode is kept. */
  readonly flags: number;
}

/** A device that shares a buffer. */
export interface Attachment {
  readonly deviceName: string;
}

const decoder = new TextDecoder();

/** A buffer. Plays struct dma_buf. */
export class DmaBuf {
  /** One number per buffer of a boot, from 1. */
  readonly id: number;
  readonly sizeBytes: number;
  readonly operations: DmaBufOperations;
  readonly exporterName: string;
  readonly heapName: string | undefined;
  readonly creatorPid: number;
  readonly file: DmaBufFile;
  /** As SET_NAME gave it; undefined as long as it was never named. */
  name: Uint8Array | undefined = undefined;
  readonly attachments: Attachment[] = [];
  #reservation: Reservation | undefined = undefined;
  /** Events for which a fence's callback is on its way to wake pollers, and keeps the buffer. */
  #polledEvents = 0;
  #pollers: WaitQueue | undefined = undefined;

  constructor(id: number, info: ExportInfo, creator: Task, inode: AnonymousInode) {
    this.id = id;
    this.sizeBytes = info.sizeBytes;
    this.operations = info.operations;
    this.exporterName = info.exporterName;
    this.heapName = info.heapName;
    this.creatorPid = creator.pid;
    this.file = new DmaBufFile(inode, info.flags & O_ACCMODE, this);
  }

  get inodeNumber(): number {
    return this.file.inode.number;
  }

  /** The fences of its users, made with the first one. */
  get reservation(): Reservation {
    this.#reservation ??= new Reservation();
    return this.#reservation;
  }

  /** Whether any fence was ever added. */
  get hasReservation(): boolean {
    return this.#reservation !== undefined;
  }

  /** dma_buf_poll(): readable once no writer is pending, writable once nobody is. */
  poll(events: number, wait: PollWait | undefined, kernel: Kernel): number {
    if (wait !== undefined) {
      this.#pollers ??= new WaitQueue();
      wait(this.#pollers);
    }
    const asked = events & (POLLIN | POLLOUT);
    if (this.#reservation === undefined) return asked;
    const writable = (asked & POLLOUT) !== 0 ? this.#pollFor(POLLOUT, 'write', kernel) : 0;
    const readable = (asked & POLLIN) !== 0 ? this.#pollFor(POLLIN, 'read', kernel) : 0;
    return writable | readable;
  }

  /** The event, where it holds; otherwise a callback is left, once, which keeps the buffer until it was called. */
  #pollFor(event: number, access: 'read' | 'write', kernel: Kernel): number {
    if ((this.#polledEvents & event) !== 0) return 0;
    const [pending] = this.reservation.pendingFor(access);
    if (pending === undefined) return event;
    this.#polledEvents |= event;
    this.file.get();
    pending.onSignal(() => {
      this.#polledEvents &= ~event;
      this.#pollers?.wakeAll();
      this.file.put(kernel, 'close');
    });
    return 0;
  }

  /** References that polls hold until their fences signal. */
  get pendingPolls(): number {
    return [POLLIN, POLLOUT].filter((event) => (this.#polledEvents & event) !== 0).length;
  }

  /** The name as text; empty where there is none. */
  get nameText(): string {
    return this.name === undefined ? '' : decoder.decode(this.name);
  }
}

/** The inode of a buffer: no type, mode 0600, as large as the buffer. */
class DmaBufInode extends AnonymousInode {
  constructor(fileSystem: FileSystem, number: number, sizeBytes: number, { uid, gid }: Task['credentials']) {
    super(fileSystem, 0o600, uid, gid, number);
    this.sizeBytes = sizeBytes;
  }

  override get blocks(): number {
    return this.sizeBytes / 512;
  }
}

/** Told of every buffer that comes and goes. */
export interface BufferObserver {
  exported?(buffer: DmaBuf, creator: Task): void;
  /** `last` is the task that dropped the last reference, where a task did. */
  released?(buffer: DmaBuf, cause: ReleaseCause, last: Task | undefined): void;
}

/** A request of a buffer's descriptor. */
export type DmaBufIoctl = (buffer: DmaBuf, argument: Register, kernel: Kernel, task: Task) => Errno;

/** All live buffers of a kernel. Plays drivers/dma-buf/dma-buf.c of 5.6 to 7.3 and the series before. */
export class DmaBufs {
  readonly #fileSystem: FileSystem;
  /** Where inode numbers come from on releases without a counter of their own. */
  readonly #inodeCounter: FileSystem;
  readonly #live = new Set<DmaBuf>();
  readonly #ioctls = new Map<number, DmaBufIoctl>();
  readonly #observers = new Set<BufferObserver>();
  #exported = 0;

  constructor(fileSystem: FileSystem, anonymousInodes: FileSystem, behaviours: Behaviours) {
    this.#fileSystem = fileSystem;
    this.#inodeCounter = behaviours.bufferInodes === 'own-counter' ? fileSystem : anonymousInodes;
    this.addIoctl(DMA_BUF_IOCTL_SYNC, syncIoctl);
    this.addIoctl(DMA_BUF_SET_NAME_B, setNameIoctl);
    if (behaviours.setNameNumbers === 'both') this.addIoctl(DMA_BUF_SET_NAME_A, setNameIoctl);
  }

  /** The live buffers, oldest first. */
  get live(): readonly DmaBuf[] {
    return [...this.#live];
  }

  /** Adds a request that buffers answer; the whole number is compared. */
  addIoctl(request: number, handler: DmaBufIoctl): void {
    if (this.#ioctls.has(request)) throw new Error(`buffer ioctl ${request.toString(16)} is there already`);
    this.#ioctls.set(request, handler);
  }

  ioctl(request: number): DmaBufIoctl | undefined {
    return this.#ioctls.get(request);
  }

  /** Tells `observer` of every buffer from now on; the returned function ends that. */
  observe(observer: BufferObserver): () => void {
    this.#observers.add(observer);
    return () => {
      this.#observers.delete(observer);
    };
  }

  /** dma_buf_export(): a buffer with one reference, or -errno. */
  export(info: ExportInfo, kernel: Kernel, creator: Task): DmaBuf | Errno {
    const opened = kernel.files.opened(kernel, creator.credentials.capabilities.has('CAP_SYS_ADMIN'));
    if (opened < 0) return opened;
    const number = this.#inodeCounter.nextInode();
    const inode = new DmaBufInode(this.#fileSystem, number, info.sizeBytes, creator.credentials);
    this.#exported += 1;
    const buffer = new DmaBuf(this.#exported, info, creator, inode);
    this.#live.add(buffer);
    for (const observer of this.#observers) observer.exported?.(buffer, creator);
    return buffer;
  }

  /** dma_buf_fd() without its installation: a number of the task's, or -EMFILE. */
  reserveFd(task: Task, flags: number): Errno {
    return task.files.reserve(task.limits.files, (flags & O_CLOEXEC) !== 0);
  }

  /** dma_buf_release(): called when the file's last reference went. */
  released(buffer: DmaBuf, kernel: Kernel, cause: ReleaseCause, last: Task | undefined): void {
    this.#live.delete(buffer);
    passTearDownTime(kernel, this.#live.size);
    kernel.coherency.released(buffer);
    buffer.operations.release(kernel);
    for (const observer of this.#observers) observer.released?.(buffer, cause, last);
  }
}

/** The open file of a buffer: all its descriptors, mappings and importers share it. */
export class DmaBufFile extends OpenFile {
  readonly buffer: DmaBuf;

  constructor(inode: AnonymousInode, flags: number, buffer: DmaBuf) {
    super(inode, flags);
    this.buffer = buffer;
  }

  override get path(): string {
    return `/dmabuf:${this.buffer.nameText}`;
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: false };
  }

  /** Only the start and the end can be asked for, and nothing moves. */
  override seek(offset: number, whence: number): Errno {
    if (offset !== 0 || (whence !== SEEK_SET && whence !== SEEK_END)) return -errno.EINVAL;
    return whence === SEEK_END ? this.buffer.sizeBytes : 0;
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    return kernel.dmaBufs.ioctl(request)?.(this.buffer, argument, kernel, task) ?? -errno.ENOTTY;
  }

  override get canMap(): boolean {
    return true;
  }

  override map(area: VmArea, kernel: Kernel): Errno {
    const { operations, sizeBytes } = this.buffer;
    if (operations.map === undefined) return -errno.EINVAL;
    const pageCount = (area.end - area.start) / kernel.pageSizeBytes;
    if (area.offsetPages + pageCount > sizeBytes / kernel.pageSizeBytes) return -errno.EINVAL;
    return operations.map(area, kernel);
  }

  override poll(events: number, wait: PollWait | undefined, kernel: Kernel): number {
    return this.buffer.poll(events, wait, kernel);
  }

  override fdInfo(): string {
    const { sizeBytes, exporterName, name, nameText } = this.buffer;
    const named = name === undefined ? '' : `name:\t${nameText}\n`;
    return `size:\t${sizeBytes}\ncount:\t${this.references}\nexp_name:\t${exporterName}\n${named}`;
  }

  protected override release(kernel: Kernel, cause: ReleaseCause, task: Task | undefined): void {
    kernel.dmaBufs.released(this.buffer, kernel, cause, task);
  }
}

const syncArgument = new Uint8Array(8);
const syncView = new DataView(syncArgument.buffer);

/** DMA_BUF_IOCTL_SYNC: the beginning waits for fences. Nothing remembers that an access began. */
function syncIoctl(buffer: DmaBuf, argument: Register, kernel: Kernel, task: Task): Errno {
  if (!copyFromUser(task, asAddress(argument), syncArgument, 8)) return -errno.EFAULT;
  const flags = syncView.getUint32(0, true);
  if (syncView.getUint32(4, true) !== 0 || (flags & ~DMA_BUF_SYNC_VALID_FLAGS_MASK) !== 0)
    return -errno.EINVAL;
  const direction = flags & DMA_BUF_SYNC_RW;
  if (direction === 0) return -errno.EINVAL;
  if ((flags & DMA_BUF_SYNC_END) !== 0) {
    const ended = buffer.operations.endCpuAccess?.(direction) ?? 0;
    if (ended >= 0) kernel.coherency.ended(buffer, direction, task);
    return ended;
  }
  const begun = buffer.operations.beginCpuAccess?.(direction) ?? 0;
  if (begun < 0) return begun;
  const access = (direction & DMA_BUF_SYNC_WRITE) !== 0 ? 'write' : 'read';
  const pending = buffer.hasReservation ? buffer.reservation.pendingFor(access)[0] : undefined;
  if (pending !== undefined) {
    task.block({ queues: [pending.queue], deadline: undefined });
    return blocked;
  }
  kernel.coherency.began(buffer, direction, task);
  return begun;
}

/** DMA_BUF_SET_NAME: at most 31 characters. */
function setNameIoctl(buffer: DmaBuf, argument: Register, kernel: Kernel, task: Task): Errno {
  const name = stringFromUser(task, asAddress(argument), DMA_BUF_NAME_LEN);
  if (typeof name === 'number') return name;
  if (name.length === DMA_BUF_NAME_LEN) return -errno.EINVAL;
  const refuses = kernel.release.behaviours.setNameWhileAttached === 'EBUSY';
  if (refuses && buffer.attachments.length > 0) return -errno.EBUSY;
  buffer.name = name;
  return 0;
}
