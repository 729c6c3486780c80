import type { Kernel } from '../init/kernel.ts';
import { forwarded, remainingTime } from '../kernel/hrtimer.ts';
import { blocked, WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { asKtime } from '../kernel/time.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK, O_RDWR } from '../uapi/fcntl.ts';
import { POLLIN } from '../uapi/poll.ts';
import { OpenFile, type PollWait } from './file.ts';
import { AnonymousInode } from './inode.ts';

/** A timer that is read: how often it ran out since it was read last. Plays fs/timerfd.c. */
export class TimerFile extends OpenFile {
  readonly #kernel: Kernel;
  readonly #changed = new WaitQueue();
  #intervalNanoseconds = 0n;
  /** The next end that nobody has read of; undefined where it is not armed. */
  #expires: bigint | undefined = undefined;
  #cancel: () => void = () => {};

  constructor(kernel: Kernel, flags: number) {
    super(new AnonymousInode(kernel.mounts.anonymous, 0o600), O_RDWR | (flags & O_NONBLOCK));
    this.#kernel = kernel;
  }

  override get path(): string {
    return 'anon_inode:[timerfd]';
  }

  get intervalNanoseconds(): bigint {
    return this.#intervalNanoseconds;
  }

  /** How long it still has to go; 0 where it is not armed. */
  get remainingNanoseconds(): bigint {
    if (this.#expires === undefined) return 0n;
    return remainingTime(this.#expires, this.#intervalNanoseconds, this.#kernel.clock.now);
  }

  /** timerfd_settime(): starts anew at a time; undefined disarms it. */
  set(expires: bigint | undefined, intervalNanoseconds: bigint): void {
    this.#intervalNanoseconds = intervalNanoseconds;
    this.#arm(expires);
  }

  #arm(expires: bigint | undefined): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#expires = expires === undefined ? undefined : asKtime(expires);
    if (this.#expires === undefined) return;
    this.#cancel = this.#kernel.timers.at(this.#expires, () => this.#changed.wakeAll());
  }

  override read(length: number, _position: number, kernel: Kernel, task: Task): Uint8Array | Errno {
    if (length < 8) return -errno.EINVAL;
    const expires = this.#expires;
    if (expires === undefined || kernel.clock.now < expires) {
      if ((this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
      task.block({ queues: [this.#changed], deadline: undefined });
      return blocked;
    }
    const interval = this.#intervalNanoseconds;
    const { ends, next } =
      interval === 0n ? { ends: 1n, next: undefined } : forwarded(expires, interval, kernel.clock.now);
    this.#arm(next);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, ends, true);
    return bytes;
  }

  override poll(_events: number, wait: PollWait | undefined, kernel: Kernel): number {
    wait?.(this.#changed);
    return this.#expires !== undefined && kernel.clock.now >= this.#expires ? POLLIN : 0;
  }

  protected override release(): void {
    this.#cancel();
  }
}
