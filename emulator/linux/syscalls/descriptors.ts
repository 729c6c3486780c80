import { duplicate, fcntl } from '../fs/fcntl.ts';
import type { OpenFile } from '../fs/file.ts';
import { ioctl } from '../fs/ioctl.ts';
import { flockRequest, locksOf } from '../fs/locks.ts';
import { createPipe } from '../fs/pipe.ts';
import type { Kernel } from '../init/kernel.ts';
import { blocked } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

function close(kernel: Kernel, task: Task, fd: number): Errno {
  return task.files.close(fd, kernel, 'close', task) ? 0 : -errno.EBADF;
}

/** ksys_dup3(): EBADF for a number beyond the limit, EBUSY for one that is just being opened. */
function dup3(kernel: Kernel, task: Task, oldFd: number, newFd: number, flags: number): Errno {
  if ((flags & ~O_CLOEXEC) !== 0) return -errno.EINVAL;
  if (oldFd === newFd) return -errno.EINVAL;
  if (newFd < 0 || newFd >= task.limits.files) return -errno.EBADF;
  const file = task.files.raw(oldFd);
  if (file === undefined) return -errno.EBADF;
  if (task.files.isReserved(newFd)) return -errno.EBUSY;
  const before = task.files.replace(newFd, file.get(), (flags & O_CLOEXEC) !== 0);
  if (before !== undefined) task.files.drop(before, kernel, 'close', task);
  return newFd;
}

function flock(task: Task, fd: number, operation: number): Errno {
  const kind = operation & ~LOCK_NB;
  if (kind !== LOCK_SH && kind !== LOCK_EX && kind !== LOCK_UN) return -errno.EINVAL;
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  const locks = locksOf(file);
  const wanted = flockRequest(file, task, kind);
  if (wanted === undefined) {
    locks.drop({ kind: 'FLOCK', owner: file, start: 0, end: Number.POSITIVE_INFINITY });
    return 0;
  }
  if (locks.conflict(wanted) === undefined) {
    locks.take(wanted);
    return 0;
  }
  if ((operation & LOCK_NB) !== 0) return -errno.EAGAIN;
  task.block({ queues: [locks.released], deadline: undefined });
  return blocked;
}

/** do_pipe2(): both numbers are stored, or nothing stays. */
function pipe2(kernel: Kernel, task: Task, address: number, flags: number): Errno {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0) return -errno.EINVAL;
  const ends = createPipe(kernel, flags);
  if (typeof ends === 'number') return ends;
  return installPair(kernel, task, ends, address, (flags & O_CLOEXEC) !== 0);
}

/** Two new descriptors whose numbers go to user memory: pipe2() and socketpair(). */
export function installPair(
  kernel: Kernel,
  task: Task,
  files: readonly [OpenFile, OpenFile],
  address: number,
  closeOnExec: boolean,
): Errno {
  const first = task.files.reserve(task.limits.files, closeOnExec);
  const second = first < 0 ? first : task.files.reserve(task.limits.files, closeOnExec);
  const numbers = new Uint8Array(8);
  new DataView(numbers.buffer).setInt32(0, first, true);
  new DataView(numbers.buffer).setInt32(4, second, true);
  const stored = second >= 0 && copyToUser(task, address, numbers);
  if (!stored) {
    for (const fd of [first, second]) if (fd >= 0) task.files.unreserve(fd);
    for (const file of files) file.put(kernel, 'failed-call', task);
    return second < 0 ? second : -errno.EFAULT;
  }
  task.files.install(first, files[0]);
  task.files.install(second, files[1]);
  return 0;
}

const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

/** close_range(): closes a range of numbers, or marks them, where they are open. */
function closeRange(kernel: Kernel, task: Task, first: number, last: number, flags: number): Errno {
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) !== 0 || first > last) return -errno.EINVAL;
  if ((flags & CLOSE_RANGE_UNSHARE) !== 0 && task.files.users > 1) {
    task.files.users -= 1;
    task.files = task.files.fork();
  }
  for (const fd of task.files.numbers.filter((number) => number >= first && number <= last)) {
    if ((flags & CLOSE_RANGE_CLOEXEC) !== 0) task.files.setCloseOnExec(fd, true);
    else task.files.close(fd, kernel, 'close', task);
  }
  return 0;
}

/** Calls on descriptors as such. */
export const descriptorCalls: readonly SystemCall[] = [
  {
    name: 'dup',
    number: 23,
    errnos: ['EBADF', 'EMFILE'],
    handler: (_kernel, task, fd) => {
      const file = task.files.raw(asInt32(fd));
      return file === undefined ? -errno.EBADF : duplicate(task, file, 0, false);
    },
  },
  {
    name: 'dup3',
    number: 24,
    errnos: ['EBADF', 'EINVAL', 'EBUSY'],
    handler: (kernel, task, oldFd, newFd, flags) =>
      dup3(kernel, task, asInt32(oldFd), asInt32(newFd), asInt32(flags)),
  },
  {
    name: 'fcntl',
    number: 25,
    errnos: ['EBADF', 'EINVAL', 'EMFILE', 'EAGAIN', 'EFAULT', 'EINTR', 'EPERM', 'EBUSY', 'ENOTDIR'],
    handler: (kernel, task, fd, command, argument) =>
      fcntl(kernel, task, asInt32(fd), asUint32(command), argument),
  },
  {
    name: 'ioctl',
    number: 29,
    errnos: [
      'EBADF',
      'EBADFD',
      'ENOTTY',
      'EINVAL',
      'EFAULT',
      'ENOMEM',
      'EMFILE',
      'ENFILE',
      'EINTR',
      'EBUSY',
      'EXDEV',
      'EISDIR',
      'EOPNOTSUPP',
      'ENODEV',
      'ENOENT',
      'EPERM',
      'EACCES',
      'EAGAIN',
      'EIO',
    ],
    handler: (kernel, task, fd, request, argument) =>
      ioctl(kernel, task, asInt32(fd), asUint32(request), argument),
  },
  {
    name: 'flock',
    number: 32,
    errnos: ['EBADF', 'EINVAL', 'EAGAIN', 'EINTR'],
    handler: (_kernel, task, fd, operation) => flock(task, asInt32(fd), asInt32(operation)),
  },
  {
    name: 'close',
    number: 57,
    errnos: ['EBADF'],
    handler: (kernel, task, fd) => close(kernel, task, asInt32(fd)),
  },
  {
    name: 'pipe2',
    number: 59,
    errnos: ['EINVAL', 'EMFILE', 'ENFILE', 'EFAULT'],
    handler: (kernel, task, address, flags) => pipe2(kernel, task, asAddress(address), asInt32(flags)),
  },
  {
    name: 'close_range',
    number: 436,
    errnos: ['EINVAL'],
    handler: (kernel, task, first, last, flags) =>
      closeRange(kernel, task, asUint32(first), asUint32(last), asUint32(flags)),
  },
];
