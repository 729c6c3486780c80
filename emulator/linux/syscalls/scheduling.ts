import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserInt32, getUserUnsigned64, putUserInt32 } from '../mm/uaccess.ts';
import { encodeTimespec } from '../uapi/clock.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import { RLIM_NLIMITS } from '../uapi/resource.ts';
import type { SystemCall } from './system-call.ts';

/**
 * Who runs when, and for how long: policies and priorities are kept and told, and change nothing, for threads take
 * turns. Plays parts of kernel/sched/syscalls.c and kernel/sys.c.
 */

const [SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE] = [0, 1, 2, 3, 5];
const SCHED_RESET_ON_FORK = 0x4000_0000;
const isRealTime = (policy: number) => policy === SCHED_FIFO || policy === SCHED_RR;
const policies: ReadonlySet<number> = new Set([SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE]);
/** Nanoseconds of a turn with SCHED_RR. */
const turn = 100_000_000n;
/** Ticks of times() a second. */
const tickNanoseconds = 10_000_000;

function threadAt(kernel: Kernel, task: Task, pid: number): Task | Errno {
  if (pid < 0) return -errno.EINVAL;
  return (pid === 0 ? task : kernel.tasks.byPid(pid)) ?? -errno.ESRCH;
}

/** __sched_setscheduler() as far as it refuses. */
function setPolicy(
  kernel: Kernel,
  task: Task,
  pid: number,
  policy: number | undefined,
  address: number,
): Errno {
  const priority = address === 0 ? undefined : getUserInt32(task, address);
  if (address === 0) return -errno.EINVAL;
  if (priority === undefined) return -errno.EFAULT;
  const target = threadAt(kernel, task, pid);
  if (typeof target === 'number') return target;
  const wanted = (policy ?? target.scheduling.policy) & ~SCHED_RESET_ON_FORK;
  if (!policies.has(wanted)) return -errno.EINVAL;
  if (isRealTime(wanted) ? priority < 1 || priority > 99 : priority !== 0) return -errno.EINVAL;
  const may = capable(task.credentials, 'CAP_SYS_NICE');
  const isOwn = target.credentials.uid === task.credentials.uid;
  if (!may && (isRealTime(wanted) || !isOwn)) return -errno.EPERM;
  target.scheduling = { policy: wanted, priority };
  return 0;
}

function getParameter(kernel: Kernel, task: Task, pid: number, address: number): Errno {
  if (address === 0) return -errno.EINVAL;
  const target = threadAt(kernel, task, pid);
  if (typeof target === 'number') return target;
  return putUserInt32(task, address, target.scheduling.priority) ? 0 : -errno.EFAULT;
}

function priorityLimit(policy: number, ofRealTime: number): Errno {
  if (!policies.has(policy)) return -errno.EINVAL;
  return isRealTime(policy) ? ofRealTime : 0;
}

const [PRIO_PROCESS, PRIO_PGRP, PRIO_USER] = [0, 1, 2];

function processesOf(kernel: Kernel, task: Task, which: number, who: number): readonly Task[] | Errno {
  const { processes } = kernel.tasks;
  if (which === PRIO_PROCESS) {
    const target = who === 0 ? task : kernel.tasks.byPid(who);
    return target === undefined ? [] : [target.group.leader];
  }
  const group = who === 0 ? task.group.processGroup : who;
  if (which === PRIO_PGRP) return processes.filter((other) => other.group.processGroup === group);
  const uid = who === 0 ? task.credentials.uid : who;
  if (which === PRIO_USER) return processes.filter((other) => other.credentials.uid === uid);
  return -errno.EINVAL;
}

/** getpriority(): 20 minus the niceness, so that no answer is negative. */
function getPriority(kernel: Kernel, task: Task, which: number, who: number): Errno {
  const found = processesOf(kernel, task, which, who);
  if (typeof found === 'number') return found;
  return found.length === 0 ? -errno.ESRCH : Math.max(...found.map(({ group }) => 20 - group.niceness));
}

function setPriority(kernel: Kernel, task: Task, which: number, who: number, niceness: number): Errno {
  const found = processesOf(kernel, task, which, who);
  if (typeof found === 'number') return found;
  if (found.length === 0) return -errno.ESRCH;
  const wanted = Math.max(-20, Math.min(19, niceness));
  for (const { group, credentials } of found) {
    const may = capable(task.credentials, 'CAP_SYS_NICE');
    if (!may && credentials.uid !== task.credentials.uid) return -errno.EPERM;
    if (!may && wanted < group.niceness) return -errno.EACCES;
    group.niceness = wanted;
  }
  return 0;
}

/** times(): nobody is billed for time; the answer counts from the boot. */
function times(kernel: Kernel, task: Task, address: number): Errno {
  if (address !== 0 && !copyToUser(task, address, new Uint8Array(32))) return -errno.EFAULT;
  return Math.floor(kernel.clock.nanoseconds / tickNanoseconds);
}

function getLimit(task: Task, resource: number, address: number): Errno {
  if (resource >= RLIM_NLIMITS) return -errno.EINVAL;
  const { soft, hard } = task.limits.get(resource);
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, soft, true);
  new DataView(bytes.buffer).setBigUint64(8, hard, true);
  return copyToUser(task, address, bytes) ? 0 : -errno.EFAULT;
}

const PER_LINUX = 0;
const askPersonality = 0xffff_ffff;
/** MEMBARRIER_CMD_QUERY's answer: with one processor every command is done already. */
const membarrierCommands = 0x1ff;

export const schedulingCalls: readonly SystemCall[] = [
  {
    name: 'personality',
    number: 92,
    errnos: ['EINVAL'],
    handler: (_kernel, _task, persona) =>
      asUint32(persona) === askPersonality || (asUint32(persona) & 0xff) === PER_LINUX
        ? PER_LINUX
        : -errno.EINVAL,
  },
  {
    name: 'sched_setparam',
    number: 118,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EFAULT'],
    handler: (kernel, task, pid, address) =>
      setPolicy(kernel, task, asInt32(pid), undefined, asAddress(address)),
  },
  {
    name: 'sched_setscheduler',
    number: 119,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EFAULT'],
    handler: (kernel, task, pid, policy, address) =>
      asInt32(policy) < 0
        ? -errno.EINVAL
        : setPolicy(kernel, task, asInt32(pid), asInt32(policy), asAddress(address)),
  },
  {
    name: 'sched_getscheduler',
    number: 120,
    errnos: ['EINVAL', 'ESRCH'],
    handler: (kernel, task, pid) => {
      const target = threadAt(kernel, task, asInt32(pid));
      return typeof target === 'number' ? target : target.scheduling.policy;
    },
  },
  {
    name: 'sched_getparam',
    number: 121,
    errnos: ['EINVAL', 'ESRCH', 'EFAULT'],
    handler: (kernel, task, pid, address) => getParameter(kernel, task, asInt32(pid), asAddress(address)),
  },
  {
    name: 'sched_setaffinity',
    number: 122,
    errnos: ['EINVAL', 'ESRCH', 'EFAULT'],
    handler: (kernel, task, pid, size, address) => {
      const target = threadAt(kernel, task, asInt32(pid));
      if (typeof target === 'number') return target;
      const mask = asUint32(size) < 8 ? 0n : getUserUnsigned64(task, asAddress(address));
      if (mask === undefined) return -errno.EFAULT;
      return (mask & 1n) === 0n ? -errno.EINVAL : 0;
    },
  },
  {
    name: 'sched_get_priority_max',
    number: 125,
    errnos: ['EINVAL'],
    handler: (_kernel, _task, policy) => priorityLimit(asInt32(policy), 99),
  },
  {
    name: 'sched_get_priority_min',
    number: 126,
    errnos: ['EINVAL'],
    handler: (_kernel, _task, policy) => priorityLimit(asInt32(policy), 1),
  },
  {
    name: 'sched_rr_get_interval',
    number: 127,
    errnos: ['EINVAL', 'ESRCH', 'EFAULT'],
    handler: (kernel, task, pid, address) => {
      const target = threadAt(kernel, task, asInt32(pid));
      if (typeof target === 'number') return target;
      const interval = target.scheduling.policy === SCHED_RR ? turn : 0n;
      return copyToUser(task, asAddress(address), encodeTimespec(interval)) ? 0 : -errno.EFAULT;
    },
  },
  {
    name: 'setpriority',
    number: 140,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EACCES'],
    handler: (kernel, task, which, who, niceness) =>
      setPriority(kernel, task, asInt32(which), asInt32(who), asInt32(niceness)),
  },
  {
    name: 'getpriority',
    number: 141,
    errnos: ['EINVAL', 'ESRCH'],
    handler: (kernel, task, which, who) => getPriority(kernel, task, asInt32(which), asInt32(who)),
  },
  {
    name: 'times',
    number: 153,
    errnos: ['EFAULT'],
    handler: (kernel, task, address) => times(kernel, task, asAddress(address)),
  },
  {
    name: 'getrlimit',
    number: 163,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, resource, address) => getLimit(task, asUint32(resource), asAddress(address)),
  },
  {
    name: 'membarrier',
    number: 283,
    errnos: ['EINVAL'],
    handler: (_kernel, _task, command) => {
      if (asInt32(command) === 0) return membarrierCommands;
      return (asInt32(command) & ~membarrierCommands) === 0 ? 0 : -errno.EINVAL;
    },
  },
];
