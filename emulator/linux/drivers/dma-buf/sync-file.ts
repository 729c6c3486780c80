import { OpenFile, type PollWait } from '../../fs/file.ts';
import { AnonymousInode } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { copyToUser, readUser } from '../../mm/uaccess.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { POLLIN } from '../../uapi/poll.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import { SYNC_IOC_FILE_INFO, SYNC_IOC_MERGE, SYNC_IOC_SET_DEADLINE } from '../../uapi/sync-file.ts';
import { type DmaFence, DmaFenceArray } from './dma-fence.ts';

/** Fences as descriptors. Plays drivers/dma-buf/sync_file.c. */

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

class SyncFile extends OpenFile {
  readonly fence: DmaFence;
  /** What a user gave to a merged file; empty otherwise. */
  readonly userName: string;

  constructor(kernel: Kernel, fence: DmaFence, userName = '') {
    super(new AnonymousInode(kernel.mounts.anonymous, 0o600), 0);
    this.fence = fence;
    this.userName = userName;
  }

  override get path(): string {
    return 'anon_inode:sync_file';
  }

  override poll(_events: number, wait: PollWait | undefined): number {
    wait?.(this.fence.queue);
    return this.fence.isSignalled ? POLLIN : 0;
  }

  /** sync_file_get_name() */
  get name(): string {
    if (this.userName !== '') return this.userName;
    const { driverName, timelineName, context, sequenceNumber } = this.fence;
    return `${driverName}-${timelineName}${context}-${sequenceNumber}`.slice(0, 31);
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    const address = asAddress(argument);
    switch (request) {
      case SYNC_IOC_MERGE:
        return this.#merge(kernel, task, address);
      case SYNC_IOC_FILE_INFO:
        return this.#info(task, address);
      case SYNC_IOC_SET_DEADLINE:
        return kernel.release.behaviours.syncFileDeadline ? setDeadline(task, address) : -errno.ENOTTY;
      default:
        return -errno.ENOTTY;
    }
  }

  /** struct sync_merge_data: name 32 @0, fd2 s32 @32, fence s32 @36, flags u32 @40, pad u32 @44. */
  #merge(kernel: Kernel, task: Task, address: number): Errno {
    const fd = task.files.reserve(task.limits.files, true);
    if (fd < 0) return fd;
    const result = this.#mergeInto(kernel, task, address, fd);
    if (result < 0) task.files.unreserve(fd);
    return result;
  }

  #mergeInto(kernel: Kernel, task: Task, address: number, fd: number): Errno {
    const bytes = readUser(task, address, 48);
    if (typeof bytes === 'number') return bytes;
    const view = new DataView(bytes.buffer);
    if (view.getUint32(40, true) !== 0 || view.getUint32(44, true) !== 0) return -errno.EINVAL;
    const other = syncFileAt(task, view.getInt32(32, true));
    if (other === undefined) return -errno.ENOENT;
    const name = decoder.decode(bytes.subarray(0, 32)).replace(/\0.*$/s, '');
    const merged = createSyncFile(kernel, mergeFences(kernel, [this.fence, other.fence]), name);
    if (typeof merged === 'number') return merged;
    view.setInt32(36, fd, true);
    if (!copyToUser(task, address, bytes)) {
      merged.put(kernel, 'failed-call', task);
      return -errno.EFAULT;
    }
    task.files.install(fd, merged);
    return 0;
  }

  /**
   * struct sync_file_info: name 32 @0, status s32 @32, flags u32 @36, num_fences u32 @40, pad u32 @44,
   * sync_fence_info u64 @48; struct sync_fence_info: obj_name 32, driver_name 32, status s32 @64, flags u32 @68,
   * timestamp_ns u64 @72.
   */
  #info(task: Task, address: number): Errno {
    const bytes = readUser(task, address, 56);
    if (typeof bytes === 'number') return bytes;
    const view = new DataView(bytes.buffer);
    if (view.getUint32(36, true) !== 0 || view.getUint32(44, true) !== 0) return -errno.EINVAL;
    const { parts } = this.fence;
    const room = view.getUint32(40, true);
    if (room > 0) {
      if (room < parts.length) return -errno.EINVAL;
      const records = new Uint8Array(parts.length * 80);
      parts.forEach((part, index) => {
        describeFence(part, records.subarray(index * 80, (index + 1) * 80));
      });
      if (!copyToUser(task, Number(view.getBigUint64(48, true)), records)) return -errno.EFAULT;
    }
    bytes.fill(0, 0, 32);
    bytes.set(utf8.encode(this.name).subarray(0, 31), 0);
    view.setInt32(32, this.fence.status, true);
    view.setUint32(40, parts.length, true);
    return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
  }
}

function describeFence(fence: DmaFence, record: Uint8Array): void {
  record.set(utf8.encode(fence.timelineName).subarray(0, 31), 0);
  record.set(utf8.encode(fence.driverName).subarray(0, 31), 32);
  new DataView(record.buffer, record.byteOffset).setInt32(64, fence.status, true);
}

/** struct sync_set_deadline: deadline_ns u64 @0, pad u64 @8. No fence here can go faster. */
function setDeadline(task: Task, address: number): Errno {
  const bytes = readUser(task, address, 16);
  if (typeof bytes === 'number') return bytes;
  return new DataView(bytes.buffer).getBigUint64(8, true) === 0n ? 0 : -errno.EINVAL;
}

/** One fence for several, without those that are done and those that a later one of their time line implies. */
export function mergeFences(kernel: Kernel, fences: readonly DmaFence[]): DmaFence {
  const latest = new Map<number, DmaFence>();
  for (const fence of fences.flatMap((each) => each.parts)) {
    const known = latest.get(fence.context);
    if (fence.isSignalled) continue;
    if (known === undefined || known.sequenceNumber < fence.sequenceNumber) latest.set(fence.context, fence);
  }
  const open = [...latest.values()];
  const [first] = open;
  if (first === undefined) return kernel.fences.stub;
  return open.length === 1 ? first : new DmaFenceArray(open, kernel.fences.allocate());
}

/**
 * Hands a sync file, or the errno of making it, to who asked: copies the argument with the number of its descriptor
 * out, and installs the descriptor, or gives back the number that was kept for it.
 */
export function deliverSyncFile(
  kernel: Kernel,
  task: Task,
  fd: number,
  file: OpenFile | Errno,
  argument: { readonly address: number; readonly bytes: Uint8Array },
): Errno {
  if (typeof file !== 'number' && copyToUser(task, argument.address, argument.bytes)) {
    task.files.install(fd, file);
    return 0;
  }
  task.files.unreserve(fd);
  if (typeof file === 'number') return file;
  file.put(kernel, 'failed-call', task);
  return -errno.EFAULT;
}

/** sync_file_create(), or -ENFILE. */
export function createSyncFile(kernel: Kernel, fence: DmaFence, userName = ''): SyncFile | Errno {
  const opened = kernel.files.opened(kernel, false);
  return opened < 0 ? opened : new SyncFile(kernel, fence, userName);
}

/** sync_file_fdget(): undefined where the descriptor is something else, or nothing. */
export function syncFileAt(task: Task, fd: number): SyncFile | undefined {
  const file = task.files.get(fd);
  return file instanceof SyncFile ? file : undefined;
}
