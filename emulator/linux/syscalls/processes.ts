import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import { endTask } from '../kernel/exit.ts';
import { blocked } from '../kernel/sched/wait.ts';
import { kill } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserUnsigned64, putUserInt32 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import { RLIM_NLIMITS, RLIMIT_NOFILE } from '../uapi/resource.ts';
import {
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  encodeExitStatus,
  WCONTINUED,
  WNOHANG,
  WUNTRACED,
} from '../uapi/wait.ts';
import { clockCalls } from './clocks.ts';
import { credentialCalls } from './credentials.ts';
import { execCalls } from './exec.ts';
import { signalCalls } from './signals.ts';
import type { SystemCall } from './system-call.ts';
import { threadCalls } from './threads.ts';

const waitOptions = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;

/**
 * kernel_wait4(): the first zombie among the children that are meant. Nothing stops or continues here, there is one
 * process group, and nobody is billed for time.
 */
function wait4(
  kernel: Kernel,
  task: Task,
  pid: number,
  statusAddress: number,
  options: number,
  usage: number,
): Errno {
  if ((options & ~waitOptions) !== 0) return -errno.EINVAL;
  if (pid === -0x8000_0000) return -errno.ESRCH;
  const { leader } = task.group;
  const children = [...leader.children].filter((child) => pid <= 0 || child.pid === pid);
  if (children.length === 0) return -errno.ECHILD;
  const ended = children.find((child) => child.state === 'zombie' && child.group.alive.size === 0);
  if (ended === undefined) {
    if ((options & WNOHANG) !== 0) return 0;
    task.block({ queues: [leader.childEvents], deadline: undefined });
    return blocked;
  }
  const status = ended.exitStatus;
  kernel.tasks.remove(ended);
  if (statusAddress !== 0 && status !== undefined) {
    if (!putUserInt32(task, statusAddress, encodeExitStatus(status))) return -errno.EFAULT;
  }
  if (usage !== 0 && !copyToUser(task, usage, new Uint8Array(144))) return -errno.EFAULT;
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

/** Calls on processes themselves. */
export const processCalls: readonly SystemCall[] = [
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
  { name: 'getpid', number: 172, errnos: [], handler: (_kernel, task) => task.tgid },
  {
    name: 'getppid',
    number: 173,
    errnos: [],
    handler: (_kernel, task) => task.group.leader.parent?.pid ?? 0,
  },
  {
    name: 'wait4',
    number: 260,
    errnos: ['ECHILD', 'EINTR', 'EFAULT', 'EINVAL', 'ESRCH'],
    handler: (kernel, task, pid, status, options, usage) =>
      wait4(kernel, task, asInt32(pid), asAddress(status), asInt32(options), asAddress(usage)),
  },
  {
    name: 'prlimit64',
    number: 261,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EFAULT'],
    handler: (kernel, task, pid, resource, newLimit, oldLimit) =>
      prlimit(kernel, task, asInt32(pid), asUint32(resource), asAddress(newLimit), asAddress(oldLimit)),
  },
  ...threadCalls,
  ...clockCalls,
  ...execCalls,
  ...signalCalls,
  ...credentialCalls,
];
