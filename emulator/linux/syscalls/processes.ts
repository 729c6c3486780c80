import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import { endTask } from '../kernel/exit.ts';
import { kill } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserUnsigned64 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import { RLIM_NLIMITS, RLIMIT_NOFILE } from '../uapi/resource.ts';
import { clockCalls } from './clocks.ts';
import { credentialCalls } from './credentials.ts';
import { execCalls } from './exec.ts';
import { schedulingCalls } from './scheduling.ts';
import { sessionCalls } from './sessions.ts';
import { signalWaitCalls } from './signal-waits.ts';
import { signalCalls } from './signals.ts';
import type { SystemCall } from './system-call.ts';
import { threadCalls } from './threads.ts';
import { timerCalls } from './timers.ts';
import { waitCalls } from './waiting.ts';

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
    name: 'prlimit64',
    number: 261,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EFAULT'],
    handler: (kernel, task, pid, resource, newLimit, oldLimit) =>
      prlimit(kernel, task, asInt32(pid), asUint32(resource), asAddress(newLimit), asAddress(oldLimit)),
  },
  ...waitCalls,
  ...threadCalls,
  ...clockCalls,
  ...execCalls,
  ...signalCalls,
  ...signalWaitCalls,
  ...timerCalls,
  ...sessionCalls,
  ...schedulingCalls,
  ...credentialCalls,
];
