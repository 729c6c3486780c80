import { SignalFile } from '../fs/signalfd.ts';
import type { Kernel } from '../init/kernel.ts';
import { blocked } from '../kernel/sched/wait.ts';
import { kill, killThread } from '../kernel/signal.ts';
import { encodeSignalInfo, SI_TKILL, type SignalInfo, signalInfoBytes } from '../kernel/signal-info.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asSize } from '../uapi/registers.ts';
import { signals } from '../uapi/signal.ts';
import { deadlineAt } from './deadline.ts';
import { installCounted } from './polling.ts';
import type { SystemCall } from './system-call.ts';

/** Calls that take signals without a handler, and that send them with a value. */

const unblockable = (1n << BigInt(signals.SIGKILL - 1)) | (1n << BigInt(signals.SIGSTOP - 1));

function readSet(task: Task, address: number, setSize: number): bigint | Errno {
  if (setSize !== 8) return -errno.EINVAL;
  const bytes = readUser(task, address, 8);
  if (typeof bytes === 'number') return bytes;
  return new DataView(bytes.buffer).getBigUint64(0, true) & ~unblockable;
}

/** rt_sigtimedwait(): a signal of the set, or EAGAIN when time is up. */
function waitFor(kernel: Kernel, task: Task, set: bigint, info: number, timeout: number): Errno {
  const own = task.signals;
  own.awaited = 0n;
  const deadline = deadlineAt(kernel, task, timeout, false);
  if (typeof deadline === 'number') return deadline;
  const taken = own.takeOf(set);
  if (taken !== undefined) {
    const isTold = info === 0 || copyToUser(task, info, encodeSignalInfo(taken));
    return isTold ? taken.signal : -errno.EFAULT;
  }
  if (deadline !== undefined && kernel.clock.now >= deadline) return -errno.EAGAIN;
  own.awaited = set;
  task.onInterrupted = () => {
    own.awaited = 0n;
  };
  task.block({ queues: [own.arrivals], deadline });
  return blocked;
}

/** What a caller says about a signal that it sends: only the kernel may say that it or a user's kill() sent it. */
function readInfo(task: Task, address: number, target: number): SignalInfo | Errno {
  const bytes = readUser(task, address, signalInfoBytes);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const code = view.getInt32(8, true);
  if ((code >= 0 || code === SI_TKILL) && target !== task.tgid && target !== task.pid) return -errno.EPERM;
  return {
    code,
    pid: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    value: view.getBigUint64(24, true),
  };
}

/** signalfd4(): a new descriptor, or another set for one that is there. */
function signalFile(kernel: Kernel, task: Task, fd: number, set: bigint, flags: number): Errno {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -errno.EINVAL;
  if (fd === -1)
    return installCounted(kernel, task, (flags & O_CLOEXEC) !== 0, () => new SignalFile(kernel, set, flags));
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  if (!(file instanceof SignalFile)) return -errno.EINVAL;
  file.mask = set;
  task.signals.arrivals.wakeAll();
  return fd;
}

export const signalWaitCalls: readonly SystemCall[] = [
  {
    name: 'signalfd4',
    number: 74,
    errnos: ['EINVAL', 'EFAULT', 'EBADF', 'EMFILE', 'ENFILE'],
    handler: (kernel, task, fd, mask, setSize, flags) => {
      const set = readSet(task, asAddress(mask), asSize(setSize));
      return typeof set === 'number' ? set : signalFile(kernel, task, asInt32(fd), set, asInt32(flags));
    },
  },
  {
    name: 'rt_sigtimedwait',
    number: 137,
    errnos: ['EINVAL', 'EFAULT', 'EAGAIN', 'EINTR'],
    handler: (kernel, task, mask, info, timeout, setSize) => {
      const set = readSet(task, asAddress(mask), asSize(setSize));
      return typeof set === 'number' ? set : waitFor(kernel, task, set, asAddress(info), asAddress(timeout));
    },
  },
  {
    name: 'rt_sigqueueinfo',
    number: 138,
    errnos: ['EINVAL', 'EFAULT', 'EPERM', 'ESRCH'],
    handler: (kernel, task, pid, signal, address) => {
      const info = readInfo(task, asAddress(address), asInt32(pid));
      if (typeof info === 'number') return info;
      return asInt32(pid) > 0 ? kill(kernel, task, asInt32(pid), asInt32(signal), info) : -errno.ESRCH;
    },
  },
  {
    name: 'rt_tgsigqueueinfo',
    number: 240,
    errnos: ['EINVAL', 'EFAULT', 'EPERM', 'ESRCH'],
    handler: (kernel, task, pid, thread, signal, address) => {
      const info = readInfo(task, asAddress(address), asInt32(thread));
      if (typeof info === 'number') return info;
      return killThread(kernel, task, asInt32(pid), asInt32(thread), asInt32(signal), info);
    },
  },
];
