import { EventFile } from '../fs/eventfd.ts';
import { EpollFile } from '../fs/eventpoll.ts';
import type { OpenFile } from '../fs/file.ts';
import { poll, select, timeoutAt } from '../fs/select.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asUint32, type Register } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

const EFD_SEMAPHORE = 1;

/** A new descriptor for a file that is made only once a number is there. */
export function installNew(task: Task, closeOnExec: boolean, make: () => OpenFile | Errno): Errno {
  const fd = task.files.reserve(task.limits.files, closeOnExec);
  if (fd < 0) return fd;
  const file = make();
  if (typeof file === 'number') {
    task.files.unreserve(fd);
    return file;
  }
  task.files.install(fd, file);
  return fd;
}

/** As `installNew`, for a file that counts against file-max here. */
export function installCounted(
  kernel: Kernel,
  task: Task,
  closeOnExec: boolean,
  make: () => OpenFile,
): Errno {
  return installNew(task, closeOnExec, () => {
    const opened = kernel.files.opened(kernel, false);
    return opened < 0 ? opened : make();
  });
}

function withTimeout(task: Task, address: Register, act: (timeoutNs: bigint | undefined) => Errno): Errno {
  const timeout = timeoutAt(task, asAddress(address));
  return typeof timeout === 'number' ? timeout : act(timeout);
}

function epollAt(task: Task, fd: Register): EpollFile | Errno {
  const file = task.files.get(asInt32(fd));
  if (file === undefined) return -errno.EBADF;
  return file instanceof EpollFile ? file : -errno.EINVAL;
}

const milliseconds = 1_000_000n;

/** Calls that wait for files. */
export const pollingCalls: readonly SystemCall[] = [
  {
    name: 'eventfd2',
    number: 19,
    errnos: ['EINVAL', 'EMFILE', 'ENFILE'],
    handler: (kernel, task, count, flagsGiven) => {
      const flags = asInt32(flagsGiven);
      if ((flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) !== 0) return -errno.EINVAL;
      return installCounted(
        kernel,
        task,
        (flags & O_CLOEXEC) !== 0,
        () => new EventFile(kernel, asUint32(count), flags, (flags & EFD_SEMAPHORE) !== 0),
      );
    },
  },
  {
    name: 'epoll_create1',
    number: 20,
    errnos: ['EINVAL', 'EMFILE', 'ENFILE'],
    handler: (kernel, task, flags) => {
      if ((asInt32(flags) & ~O_CLOEXEC) !== 0) return -errno.EINVAL;
      return installCounted(kernel, task, (asInt32(flags) & O_CLOEXEC) !== 0, () => new EpollFile(kernel));
    },
  },
  {
    name: 'epoll_ctl',
    number: 21,
    errnos: ['EBADF', 'EINVAL', 'EEXIST', 'ENOENT', 'EPERM', 'EFAULT', 'ELOOP'],
    handler: (_kernel, task, epollFd, operation, fd, event) => {
      const epoll = epollAt(task, epollFd);
      return typeof epoll === 'number'
        ? epoll
        : epoll.control(task, asInt32(operation), asInt32(fd), asAddress(event));
    },
  },
  {
    name: 'epoll_pwait',
    number: 22,
    errnos: ['EBADF', 'EINVAL', 'EFAULT', 'EINTR'],
    handler: (kernel, task, epollFd, events, count, timeout) => {
      if (asInt32(count) <= 0) return -errno.EINVAL;
      const epoll = epollAt(task, epollFd);
      if (typeof epoll === 'number') return epoll;
      const timeoutNs = asInt32(timeout) < 0 ? undefined : BigInt(asInt32(timeout)) * milliseconds;
      return epoll.wait(kernel, task, asAddress(events), asInt32(count), timeoutNs);
    },
  },
  {
    name: 'pselect6',
    number: 72,
    errnos: ['EBADF', 'EINVAL', 'EFAULT', 'EINTR'],
    handler: (kernel, task, count, read, write, except, timeout) =>
      withTimeout(task, timeout, (timeoutNs) => {
        const sets = { read: asAddress(read), write: asAddress(write), except: asAddress(except) };
        return select(kernel, task, asInt32(count), sets, timeoutNs);
      }),
  },
  {
    name: 'ppoll',
    number: 73,
    errnos: ['EINVAL', 'EFAULT', 'EINTR'],
    handler: (kernel, task, address, count, timeout) =>
      withTimeout(task, timeout, (timeoutNs) =>
        poll(kernel, task, asAddress(address), asUint32(count), timeoutNs),
      ),
  },
];
