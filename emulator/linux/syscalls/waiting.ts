import type { Kernel } from '../init/kernel.ts';
import { aboutChild } from '../kernel/exit.ts';
import { blocked } from '../kernel/sched/wait.ts';
import { encodeSignalInfo } from '../kernel/signal-info.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, putUserInt32 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32 } from '../uapi/registers.ts';
import { signals } from '../uapi/signal.ts';
import {
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  encodeExitStatus,
  P_ALL,
  P_PGID,
  P_PID,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WUNTRACED,
} from '../uapi/wait.ts';
import type { SystemCall } from './system-call.ts';

/** Waiting for children. Plays do_wait() of kernel/exit.c; nothing stops or continues here, and nobody is billed for time. */

const wait4Options = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
const waitidOptions = wait4Options | WNOWAIT | WEXITED;
const usageBytes = 144;

/** A child that has ended, 0 where none has yet, or -errno. `blocked` where the task now waits for one. */
function findEnded(task: Task, isMeant: (child: Task) => boolean, options: number): Task | Errno {
  const { leader } = task.group;
  const children = [...leader.children].filter(isMeant);
  if (children.length === 0) return -errno.ECHILD;
  const ended = children.find((child) => child.state === 'zombie' && child.group.alive.size === 0);
  if (ended !== undefined) return ended;
  if ((options & WNOHANG) !== 0) return 0;
  task.block({ queues: [leader.childEvents], deadline: undefined });
  return blocked;
}

/** kernel_wait4(): 0 means the caller's process group, less than -1 another one. */
function wait4(
  kernel: Kernel,
  task: Task,
  pid: number,
  statusAddress: number,
  options: number,
  usage: number,
): Errno {
  if ((options & ~wait4Options) !== 0) return -errno.EINVAL;
  if (pid === -0x8000_0000) return -errno.ESRCH;
  const group = pid === 0 ? task.group.processGroup : -pid;
  const isMeant = (child: Task) =>
    pid === -1 || (pid > 0 ? child.pid === pid : child.group.processGroup === group);
  const ended = findEnded(task, isMeant, options);
  if (typeof ended === 'number') return ended;
  const status = ended.exitStatus;
  kernel.tasks.remove(ended);
  if (statusAddress !== 0 && status !== undefined) {
    if (!putUserInt32(task, statusAddress, encodeExitStatus(status))) return -errno.EFAULT;
  }
  if (usage !== 0 && !copyToUser(task, usage, new Uint8Array(usageBytes))) return -errno.EFAULT;
  return ended.pid;
}

/** What of a siginfo_t waitid() writes: the signal, code, number, user and status. */
const waitInfoBytes = 28;

function waitid(
  kernel: Kernel,
  task: Task,
  which: number,
  id: number,
  infoAddress: number,
  options: number,
  usage: number,
): Errno {
  if ((options & ~waitidOptions) !== 0 || (options & (WEXITED | WUNTRACED | WCONTINUED)) === 0)
    return -errno.EINVAL;
  if (which < P_ALL || which > P_PGID) return -errno.EINVAL;
  if (which === P_PID ? id <= 0 : which === P_PGID && id < 0) return -errno.EINVAL;
  const group = id === 0 ? task.group.processGroup : id;
  const isMeant = (child: Task) =>
    which === P_ALL || (which === P_PID ? child.pid === id : child.group.processGroup === group);
  const ended = findEnded(task, isMeant, (options & WEXITED) === 0 ? options | WNOHANG : options);
  if (typeof ended === 'number' && ended !== 0) return ended;
  const isTold = typeof ended !== 'number' && (options & WEXITED) !== 0;
  const info = isTold
    ? encodeSignalInfo({ signal: signals.SIGCHLD, info: aboutChild(ended) })
    : new Uint8Array(waitInfoBytes);
  if (isTold && (options & WNOWAIT) === 0) kernel.tasks.remove(ended);
  if (usage !== 0 && !copyToUser(task, usage, new Uint8Array(usageBytes))) return -errno.EFAULT;
  if (infoAddress === 0) return 0;
  return copyToUser(task, infoAddress, info.subarray(0, waitInfoBytes)) ? 0 : -errno.EFAULT;
}

export const waitCalls: readonly SystemCall[] = [
  {
    name: 'waitid',
    number: 95,
    errnos: ['ECHILD', 'EINTR', 'EFAULT', 'EINVAL'],
    handler: (kernel, task, which, id, info, options, usage) =>
      waitid(kernel, task, asInt32(which), asInt32(id), asAddress(info), asInt32(options), asAddress(usage)),
  },
  {
    name: 'wait4',
    number: 260,
    errnos: ['ECHILD', 'EINTR', 'EFAULT', 'EINVAL', 'ESRCH'],
    handler: (kernel, task, pid, status, options, usage) =>
      wait4(kernel, task, asInt32(pid), asAddress(status), asInt32(options), asAddress(usage)),
  },
];
