import type { Kernel } from '../init/kernel.ts';
import { blocked, WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_RDWR } from '../uapi/fcntl.ts';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLONESHOT,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLRDNORM,
} from '../uapi/poll.ts';
import { OpenFile, type PollWait } from './file.ts';
import { AnonymousInode } from './inode.ts';
import { deadlineOf, readyEvents, sleepOn } from './select.ts';

/** epoll. Plays fs/eventpoll.c, level-triggered; EPOLLET is taken and has no effect. */

interface Item {
  readonly file: OpenFile;
  events: number;
  data: bigint;
}

/** On arm64 struct epoll_event is padded: events u32 @0, data u64 @8. */
const eventBytes = 16;

/** EP_MAX_NESTS */
const maximumNesting = 4;

export class EpollFile extends OpenFile {
  readonly #items = new Map<string, Item>();
  readonly #changed = new WaitQueue();

  constructor(kernel: Kernel) {
    super(new AnonymousInode(kernel.mounts.anonymous, 0o600), O_RDWR);
  }

  override get path(): string {
    return 'anon_inode:[eventpoll]';
  }

  override poll(_events: number, wait: PollWait | undefined, kernel: Kernel): number {
    wait?.(this.#changed);
    return this.ready(kernel, wait).length > 0 ? POLLIN | POLLRDNORM : 0;
  }

  /** What is ready, in the order of addition. */
  ready(
    kernel: Kernel,
    wait: PollWait | undefined,
  ): readonly { readonly item: Item; readonly events: number }[] {
    wait?.(this.#changed);
    return [...this.#items.values()].flatMap((item) => {
      const events = readyEvents(kernel, item.file, item.events & 0xffff, wait);
      return events === 0 ? [] : [{ item, events }];
    });
  }

  /** epoll_ctl(): EPERM for files without a poll method. */
  control(task: Task, operation: number, fd: number, address: number): Errno {
    const event =
      operation === EPOLL_CTL_DEL ? new Uint8Array(eventBytes) : readUser(task, address, eventBytes);
    if (typeof event === 'number') return event;
    const file = task.files.get(fd);
    if (file === undefined) return -errno.EBADF;
    if (!file.canPoll) return -errno.EPERM;
    if (file === this) return -errno.EINVAL;
    if (operation === EPOLL_CTL_ADD && file instanceof EpollFile && file.#leadsTo(this)) return -errno.ELOOP;
    const view = new DataView(event.buffer);
    const item = {
      file,
      events: view.getUint32(0, true) | POLLERR | POLLHUP,
      data: view.getBigUint64(8, true),
    };
    return this.#change(operation, `${fd}:${file.inode.fileSystem.device}:${file.inode.number}`, item);
  }

  /** ep_loop_check(): whether `other` is watched from here, or what is watched is nested too deep to tell. */
  #leadsTo(other: EpollFile, nesting = 0): boolean {
    if (this === other || nesting > maximumNesting) return true;
    return [...this.#items.values()].some(
      ({ file }) => file instanceof EpollFile && file.#leadsTo(other, nesting + 1),
    );
  }

  #change(operation: number, key: string, item: Item): Errno {
    const known = this.#items.get(key);
    const isKnown = known !== undefined && known.file === item.file;
    switch (operation) {
      case EPOLL_CTL_ADD:
        if (isKnown) return -errno.EEXIST;
        this.#items.set(key, item);
        break;
      case EPOLL_CTL_MOD:
        if (!isKnown) return -errno.ENOENT;
        known.events = item.events;
        known.data = item.data;
        break;
      case EPOLL_CTL_DEL:
        if (!isKnown) return -errno.ENOENT;
        this.#items.delete(key);
        break;
      default:
        return -errno.EINVAL;
    }
    this.#changed.wakeAll();
    return 0;
  }

  /** epoll_wait(): stores up to `count` events. Files that were closed meanwhile are forgotten first. */
  wait(kernel: Kernel, task: Task, address: number, count: number, timeoutNs: bigint | undefined): Errno {
    for (const [key, { file }] of this.#items) if (file.references <= 0) this.#items.delete(key);
    const queues: WaitQueue[] = [];
    const ready = this.ready(kernel, (queue) => queues.push(queue)).slice(0, count);
    if (ready.length === 0) {
      const slept = sleepOn(kernel, task, queues, deadlineOf(kernel, task, timeoutNs));
      return slept === blocked ? blocked : 0;
    }
    const bytes = new Uint8Array(ready.length * eventBytes);
    const view = new DataView(bytes.buffer);
    ready.forEach(({ item, events }, index) => {
      view.setUint32(index * eventBytes, events, true);
      view.setBigUint64(index * eventBytes + 8, item.data, true);
      if ((item.events & EPOLLONESHOT) !== 0) item.events = 0;
    });
    return copyToUser(task, address, bytes) ? ready.length : -errno.EFAULT;
  }
}
