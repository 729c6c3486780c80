import type { Kernel } from '../init/kernel.ts';
import { blocked, WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK, O_RDWR } from '../uapi/fcntl.ts';
import { POLLERR, POLLIN, POLLOUT } from '../uapi/poll.ts';
import { OpenFile, type PollWait } from './file.ts';
import { AnonymousInode } from './inode.ts';

/** A counter that can be waited for. Plays fs/eventfd.c. */

const maximum = 0xffff_ffff_ffff_ffffn;

export class EventFile extends OpenFile {
  #count: bigint;
  readonly #isSemaphore: boolean;
  readonly #changed = new WaitQueue();

  constructor(kernel: Kernel, count: number, flags: number, isSemaphore: boolean) {
    super(new AnonymousInode(kernel.mounts.anonymous, 0o600), O_RDWR | (flags & O_NONBLOCK));
    this.#count = BigInt(count);
    this.#isSemaphore = isSemaphore;
  }

  override get path(): string {
    return 'anon_inode:[eventfd]';
  }

  override read(length: number, _position: number, _kernel: Kernel, task: Task): Uint8Array | Errno {
    if (length < 8) return -errno.EINVAL;
    if (this.#count === 0n) return this.#wait(task);
    const taken = this.#isSemaphore ? 1n : this.#count;
    this.#count -= taken;
    this.#changed.wakeAll();
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, taken, true);
    return bytes;
  }

  override write(bytes: Uint8Array, _position: number, _kernel: Kernel, task: Task): Errno {
    if (bytes.length < 8) return -errno.EINVAL;
    const added = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (added === maximum) return -errno.EINVAL;
    if (this.#count + added >= maximum) return this.#wait(task);
    this.#count += added;
    this.#changed.wakeAll();
    return 8;
  }

  #wait(task: Task): Errno {
    if ((this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
    task.block({ queues: [this.#changed], deadline: undefined });
    return blocked;
  }

  override poll(_events: number, wait: PollWait | undefined): number {
    wait?.(this.#changed);
    const readable = this.#count > 0n ? POLLIN : 0;
    const writable = this.#count < maximum - 1n ? POLLOUT : 0;
    return readable | writable | (this.#count === maximum ? POLLERR : 0);
  }
}
