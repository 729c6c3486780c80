import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import { endTask } from '../kernel/exit.ts';
import { forkTask } from '../kernel/fork.ts';
import { setRealTimer } from '../kernel/itimer.ts';
import { blocked } from '../kernel/sched/wait.ts';
import { kill } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserUnsigned64, putUserInt32, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32, asUnsigned64, type Register } from '../uapi/registers.ts';
import { RLIM_NLIMITS, RLIMIT_NOFILE } from '../uapi/resource.ts';
import { encodeExitStatus, WNOHANG } from '../uapi/wait.ts';
import { credentialCalls } from './credentials.ts';
import { signalCalls } from './signals.ts';
import type { SystemCall } from './system-call.ts';

/** include/uapi/linux/sched.h */
const CLONE_VM = 0x100;
const CLONE_FILES = 0x400;
const CLONE_PARENT_SETTID = 0x100000;
const CLONE_THREAD = 0x10000;

/** clone(): processes only, no threads. */
function clone(kernel: Kernel, task: Task, flags: Register, parentTid: Register): Errno {
  const bits = Number(asUnsigned64(flags) & 0xffff_ffffn);
  if ((bits & CLONE_THREAD) !== 0) return -errno.EINVAL;
  const sharing = { memory: (bits & CLONE_VM) !== 0, files: (bits & CLONE_FILES) !== 0 };
  const child = forkTask(kernel, task, sharing);
  if ((bits & CLONE_PARENT_SETTID) !== 0) putUserInt32(task, asAddress(parentTid), child.pid);
  return child.pid;
}

/** kernel_wait4(): the first zombie among the children that are meant. */
function wait4(kernel: Kernel, task: Task, pid: number, statusAddress: number, options: number): Errno {
  const children = [...task.children].filter((child) => pid <= 0 || child.pid === pid);
  if (children.length === 0) return -errno.ECHILD;
  const ended = children.find((child) => child.state === 'zombie');
  if (ended === undefined) {
    if ((options & WNOHANG) !== 0) return 0;
    task.block({ queues: [task.childEvents], deadline: undefined });
    return blocked;
  }
  const status = ended.exitStatus;
  if (statusAddress !== 0 && status !== undefined) {
    if (!putUserInt32(task, statusAddress, encodeExitStatus(status))) return -errno.EFAULT;
  }
  kernel.tasks.remove(ended);
  return ended.pid;
}

/** do_prlimit() for the caller or a process that it may limit. */
function prlimit(
  kernel: Kernel,
  task: Task,
  pid: number,
  resource: number,
  newAddress: number,
  oldAddress: number,
): Errno {
  if (resource >= RLIM_NLIMITS) return -errno.EINVAL;
  const target = pid === 0 ? task : kernel.tasks.byPid(pid);
  if (target === undefined) return -errno.ESRCH;
  if (
    target !== task &&
    target.credentials.uid !== task.credentials.uid &&
    !capable(task.credentials, 'CAP_SYS_RESOURCE')
  ) {
    return -errno.EPERM;
  }
  const before = target.limits.get(resource);
  if (newAddress !== 0) {
    const soft = getUserUnsigned64(task, newAddress);
    const hard = getUserUnsigned64(task, newAddress + 8);
    if (soft === undefined || hard === undefined) return -errno.EFAULT;
    if (soft > hard) return -errno.EINVAL;
    if (resource === RLIMIT_NOFILE && hard > 1n << 20n) return -errno.EPERM;
    if (hard > before.hard && !capable(task.credentials, 'CAP_SYS_RESOURCE')) return -errno.EPERM;
    target.limits.set(resource, { soft, hard });
  }
  if (oldAddress === 0) return 0;
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, before.soft, true);
  new DataView(bytes.buffer).setBigUint64(8, before.hard, true);
  return copyToUser(task, oldAddress, bytes) ? 0 : -errno.EFAULT;
}

/** setitimer(ITIMER_REAL): struct itimerval is an interval and a value of seconds and microseconds each. */
function setTimer(kernel: Kernel, task: Task, which: number, address: number): Errno {
  if (which !== 0) return -errno.EINVAL;
  const bytes = readUser(task, address, 32);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const nanoseconds = (offset: number) =>
    view.getBigInt64(offset, true) * 1_000_000_000n + view.getBigInt64(offset + 8, true) * 1000n;
  kernel.timers.cancelAll(task);
  setRealTimer(kernel, task, nanoseconds(16), nanoseconds(0));
  return 0;
}

/** Sleeping: the call is begun anew until its time has come. */
function sleepFor(kernel: Kernel, task: Task, address: number): Errno {
  if (task.deadline === undefined) {
    const bytes = readUser(task, address, 16);
    if (typeof bytes === 'number') return bytes;
    const view = new DataView(bytes.buffer);
    const [seconds, nanoseconds] = [view.getBigInt64(0, true), view.getBigInt64(8, true)];
    if (seconds < 0n || nanoseconds < 0n || nanoseconds >= 1_000_000_000n) return -errno.EINVAL;
    task.deadline = kernel.clock.now + seconds * 1_000_000_000n + nanoseconds;
  }
  if (kernel.clock.now >= task.deadline) return 0;
  task.block({ queues: [], deadline: task.deadline });
  return blocked;
}

/** Calls on processes themselves. */
export const processCalls: readonly SystemCall[] = [
  {
    name: 'exit',
    number: 93,
    errnos: [],
    handler: (kernel, task, code) => {
      endTask(kernel, task, { kind: 'exited', code: asInt32(code) & 0xff });
      return 0;
    },
  },
  {
    name: 'exit_group',
    number: 94,
    errnos: [],
    handler: (kernel, task, code) => {
      endTask(kernel, task, { kind: 'exited', code: asInt32(code) & 0xff });
      return 0;
    },
  },
  {
    name: 'nanosleep',
    number: 101,
    errnos: ['EFAULT', 'EINVAL', 'EINTR'],
    handler: (kernel, task, address) => sleepFor(kernel, task, asAddress(address)),
  },
  {
    name: 'setitimer',
    number: 103,
    errnos: ['EFAULT', 'EINVAL'],
    handler: (kernel, task, which, address) => setTimer(kernel, task, asInt32(which), asAddress(address)),
  },
  {
    name: 'clock_gettime',
    number: 113,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (kernel, task, _clock, address) => {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      view.setBigInt64(0, kernel.clock.now / 1_000_000_000n, true);
      view.setBigInt64(8, kernel.clock.now % 1_000_000_000n, true);
      return copyToUser(task, asAddress(address), bytes) ? 0 : -errno.EFAULT;
    },
  },
  { name: 'sched_yield', number: 124, errnos: [], handler: () => 0 },
  {
    name: 'kill',
    number: 129,
    errnos: ['EINVAL', 'ESRCH', 'EPERM'],
    handler: (kernel, task, pid, signal) => kill(kernel, task, asInt32(pid), asInt32(signal)),
  },
  {
    name: 'umask',
    number: 166,
    errnos: [],
    handler: (_kernel, task, mask) => {
      const before = task.umask;
      task.umask = asUint32(mask) & 0o777;
      return before;
    },
  },
  { name: 'getpid', number: 172, errnos: [], handler: (_kernel, task) => task.pid },
  { name: 'getppid', number: 173, errnos: [], handler: (_kernel, task) => task.parent?.pid ?? 0 },
  { name: 'gettid', number: 178, errnos: [], handler: (_kernel, task) => task.pid },
  {
    name: 'clone',
    number: 220,
    errnos: ['EINVAL', 'EAGAIN', 'ENOMEM'],
    handler: (kernel, task, flags, _stack, parentTid) => clone(kernel, task, flags, parentTid),
  },
  {
    name: 'wait4',
    number: 260,
    errnos: ['ECHILD', 'EINTR', 'EFAULT', 'EINVAL'],
    handler: (kernel, task, pid, status, options) =>
      wait4(kernel, task, asInt32(pid), asAddress(status), asInt32(options)),
  },
  {
    name: 'prlimit64',
    number: 261,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EFAULT'],
    handler: (kernel, task, pid, resource, newLimit, oldLimit) =>
      prlimit(kernel, task, asInt32(pid), asUint32(resource), asAddress(newLimit), asAddress(oldLimit)),
  },
  ...signalCalls,
  ...credentialCalls,
];
