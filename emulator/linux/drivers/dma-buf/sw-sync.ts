import { OpenFile } from '../../fs/file.ts';
import { Inode, type OpenRequest } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { getUserInt32, readUser } from '../../mm/uaccess.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import { S_IFREG } from '../../uapi/stat.ts';
import { SW_SYNC_IOC_CREATE_FENCE, SW_SYNC_IOC_INC } from '../../uapi/sync-file.ts';
import { DmaFence } from './dma-fence.ts';
import { createSyncFile, deliverSyncFile } from './sync-file.ts';

/** A time line that its opener moves by hand. Plays drivers/dma-buf/sw_sync.c. */
class SwSyncFile extends OpenFile {
  readonly #name: string;
  readonly #context: number;
  #value = 0;
  #fences: DmaFence[] = [];

  constructor(inode: Inode, request: OpenRequest) {
    super(inode, request.flags, request.dentry);
    this.#name = request.task.command;
    this.#context = request.kernel.fences.allocate();
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    switch (request) {
      case SW_SYNC_IOC_CREATE_FENCE:
        return this.#createFence(kernel, task, asAddress(argument));
      case SW_SYNC_IOC_INC: {
        const steps = getUserInt32(task, asAddress(argument));
        if (steps === undefined) return -errno.EFAULT;
        this.#advance(steps >>> 0);
        return 0;
      }
      default:
        return -errno.ENOTTY;
    }
  }

  /** struct sw_sync_create_fence_data: value u32 @0, name 32 @4, fence s32 @36. */
  #createFence(kernel: Kernel, task: Task, address: number): Errno {
    const fd = task.files.reserve(task.limits.files, true);
    if (fd < 0) return fd;
    const bytes = readUser(task, address, 40);
    if (typeof bytes === 'number') {
      task.files.unreserve(fd);
      return bytes;
    }
    const view = new DataView(bytes.buffer);
    const file = createSyncFile(kernel, this.#fenceAt(view.getUint32(0, true)));
    view.setInt32(36, fd, true);
    return deliverSyncFile(kernel, task, fd, file, { address, bytes });
  }

  #fenceAt(sequenceNumber: number): DmaFence {
    const fence = new DmaFence({
      driverName: 'sw_sync',
      timelineName: this.#name,
      context: this.#context,
      sequenceNumber,
    });
    this.#fences.push(fence);
    this.#signalDue();
    return fence;
  }

  #advance(steps: number): void {
    this.#value += steps;
    this.#signalDue();
  }

  #signalDue(): void {
    const due = this.#fences.filter((fence) => fence.sequenceNumber <= this.#value);
    this.#fences = this.#fences.filter((fence) => fence.sequenceNumber > this.#value);
    for (const fence of due) fence.signal();
  }

  /** Whoever still waits learns that it will not happen. */
  protected override release(): void {
    for (const fence of this.#fences.splice(0)) fence.signal(-errno.ENOENT);
  }
}

/** /sys/kernel/debug/sync/sw_sync */
class SwSyncInode extends Inode {
  override open(request: OpenRequest): OpenFile {
    return new SwSyncFile(this, request);
  }
}

/** sync_debugfs_init() */
export function addSwSync(kernel: Kernel): Errno {
  const { debug } = kernel.mounts;
  debug.folder('sync').add('sw_sync', new SwSyncInode(debug.fileSystem, S_IFREG | 0o644));
  return 0;
}
