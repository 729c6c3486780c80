import type { Kernel } from '../init/kernel.ts';
import { blocked, WaitQueue } from '../kernel/sched/wait.ts';
import { sendSignal } from '../kernel/sigpending.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK, O_RDONLY, O_WRONLY } from '../uapi/fcntl.ts';
import { POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../uapi/poll.ts';
import { signals } from '../uapi/signal.ts';
import { S_IFIFO } from '../uapi/stat.ts';
import { OpenFile, type PollWait } from './file.ts';
import { AnonymousInode } from './inode.ts';

/** Pipes. Plays fs/pipe.c; a pipe counts bytes, not buffers. */

/** PIPE_DEF_BUFFERS pages of 4 KiB */
const defaultCapacityBytes = 65536;
/** Writes up to this size are taken whole or not at all. */
const atomicBytes = 4096;

class PipeInode extends AnonymousInode {
  data = new Uint8Array(0);
  capacityBytes = defaultCapacityBytes;
  readers = 1;
  writers = 1;
  readonly changed = new WaitQueue();
}

/** One end of a pipe. */
export class PipeFile extends OpenFile {
  readonly #pipe: PipeInode;

  constructor(pipe: PipeInode, flags: number) {
    super(pipe, flags);
    this.#pipe = pipe;
  }

  override get canAsync(): boolean {
    return true;
  }

  override get path(): string {
    return `pipe:[${this.inode.number}]`;
  }

  override read(length: number, _position: number, _kernel: Kernel, task: Task): Uint8Array | Errno {
    const pipe = this.#pipe;
    if (length === 0) return new Uint8Array(0);
    if (pipe.data.length > 0) {
      const bytes = pipe.data.slice(0, length);
      pipe.data = pipe.data.slice(length);
      pipe.changed.wakeAll();
      return bytes;
    }
    if (pipe.writers === 0) return new Uint8Array(0);
    return this.#wait(task);
  }

  override write(bytes: Uint8Array, _position: number, _kernel: Kernel, task: Task): Errno {
    const pipe = this.#pipe;
    if (pipe.readers === 0) {
      sendSignal(task, signals.SIGPIPE);
      return -errno.EPIPE;
    }
    const room = pipe.capacityBytes - pipe.data.length;
    if (bytes.length === 0) return 0;
    if (room === 0 || (bytes.length <= atomicBytes && room < bytes.length)) return this.#wait(task);
    const taken = bytes.subarray(0, room);
    const joined = new Uint8Array(pipe.data.length + taken.length);
    joined.set(pipe.data);
    joined.set(taken, pipe.data.length);
    pipe.data = joined;
    pipe.changed.wakeAll();
    return taken.length;
  }

  #wait(task: Task): Errno {
    if ((this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
    task.block({ queues: [this.#pipe.changed], deadline: undefined });
    return blocked;
  }

  override poll(_events: number, wait: PollWait | undefined): number {
    const pipe = this.#pipe;
    wait?.(pipe.changed);
    if (this.mayRead) {
      return (pipe.data.length > 0 ? POLLIN | POLLRDNORM : 0) | (pipe.writers === 0 ? POLLHUP : 0);
    }
    return (
      (pipe.data.length < pipe.capacityBytes ? POLLOUT | POLLWRNORM : 0) | (pipe.readers === 0 ? POLLERR : 0)
    );
  }

  /** F_GETPIPE_SZ, and F_SETPIPE_SZ where a size is given. */
  capacity(wantedBytes?: number): Errno {
    if (wantedBytes !== undefined) {
      const size = Math.max(4096, 2 ** Math.ceil(Math.log2(Math.max(1, wantedBytes))));
      if (size < this.#pipe.data.length) return -errno.EBUSY;
      this.#pipe.capacityBytes = size;
    }
    return this.#pipe.capacityBytes;
  }

  protected override release(): void {
    if (this.mayRead) this.#pipe.readers -= 1;
    else this.#pipe.writers -= 1;
    this.#pipe.changed.wakeAll();
  }
}

/** create_pipe_files(): the reading end and the writing end, or -errno. */
export function createPipe(kernel: Kernel, flags: number): readonly [PipeFile, PipeFile] | Errno {
  for (const opened of [kernel.files.opened(kernel, false), kernel.files.opened(kernel, false)]) {
    if (opened < 0) return opened;
  }
  const pipe = new PipeInode(kernel.mounts.pipes, S_IFIFO | 0o600);
  const kept = flags & O_NONBLOCK;
  return [new PipeFile(pipe, O_RDONLY | kept), new PipeFile(pipe, O_WRONLY | kept)];
}
