import type { Kernel } from '../init/kernel.ts';
import { blocked } from '../kernel/sched/wait.ts';
import { encodeSignalfdInfo, signalInfoBytes } from '../kernel/signal-info.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK, O_RDWR } from '../uapi/fcntl.ts';
import { POLLIN } from '../uapi/poll.ts';
import { OpenFile, type PollWait } from './file.ts';
import { AnonymousInode } from './inode.ts';

/** A descriptor from which signals are read. Plays fs/signalfd.c: whoever reads gets signals of its own. */
export class SignalFile extends OpenFile {
  /** Which signals, bit n-1 for signal n. */
  mask: bigint;

  constructor(kernel: Kernel, mask: bigint, flags: number) {
    super(new AnonymousInode(kernel.mounts.anonymous, 0o600), O_RDWR | (flags & O_NONBLOCK));
    this.mask = mask;
  }

  override get path(): string {
    return 'anon_inode:[signalfd]';
  }

  override read(length: number, _position: number, _kernel: Kernel, task: Task): Uint8Array | Errno {
    const most = Math.floor(length / signalInfoBytes);
    if (most === 0) return -errno.EINVAL;
    const parts: Uint8Array[] = [];
    while (parts.length < most) {
      const taken = task.signals.takeOf(this.mask);
      if (taken === undefined) break;
      parts.push(encodeSignalfdInfo(taken));
    }
    if (parts.length > 0) return Buffer.concat(parts);
    if ((this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
    task.block({ queues: [task.signals.arrivals], deadline: undefined });
    return blocked;
  }

  override poll(_events: number, wait: PollWait | undefined, kernel: Kernel): number {
    const own = kernel.tasks.current?.signals;
    if (own === undefined) return 0;
    wait?.(own.arrivals);
    return (own.pendingMask & this.mask) !== 0n ? POLLIN : 0;
  }

  override fdInfo(): string {
    return `sigmask:\t${this.mask.toString(16).padStart(16, '0')}\n`;
  }
}
