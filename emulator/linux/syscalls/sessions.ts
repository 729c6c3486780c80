import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asInt32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/** Process groups and sessions, without the terminals that belong to them. Plays parts of kernel/sys.c. */

function processAt(kernel: Kernel, task: Task, pid: number): Task | undefined {
  return pid === 0 ? task.group.leader : kernel.tasks.byPid(pid);
}

/** setpgid(): of the caller, or of a child that has not executed another program yet. */
function setGroup(kernel: Kernel, task: Task, pid: number, wanted: number): Errno {
  const own = task.group;
  const target = processAt(kernel, task, pid);
  const number = wanted === 0 ? (pid === 0 ? own.leader.pid : pid) : wanted;
  if (wanted < 0) return -errno.EINVAL;
  if (target === undefined) return -errno.ESRCH;
  if (target.isThread) return -errno.EINVAL;
  const { group } = target;
  if (target.parent === own.leader) {
    if (group.session !== own.session) return -errno.EPERM;
    if (target.executed !== own.leader.executed) return -errno.EACCES;
  } else if (target !== own.leader) return -errno.ESRCH;
  if (group.session === target.pid) return -errno.EPERM;
  const isThere = ({ group: { processGroup, session } }: Task) =>
    processGroup === number && session === own.session;
  if (number !== target.pid && !kernel.tasks.processes.some(isThere)) return -errno.EPERM;
  group.processGroup = number;
  return 0;
}

/** setsid(): not for whoever leads a process group, or whose number is the number of one. */
function newSession(kernel: Kernel, { group }: Task): Errno {
  const { pid } = group.leader;
  if (kernel.tasks.processes.some((task) => task.group.processGroup === pid)) return -errno.EPERM;
  group.session = pid;
  group.processGroup = pid;
  return pid;
}

export const sessionCalls: readonly SystemCall[] = [
  {
    name: 'setpgid',
    number: 154,
    errnos: ['EINVAL', 'ESRCH', 'EPERM', 'EACCES'],
    handler: (kernel, task, pid, group) => setGroup(kernel, task, asInt32(pid), asInt32(group)),
  },
  {
    name: 'getpgid',
    number: 155,
    errnos: ['ESRCH'],
    handler: (kernel, task, pid) => processAt(kernel, task, asInt32(pid))?.group.processGroup ?? -errno.ESRCH,
  },
  {
    name: 'getsid',
    number: 156,
    errnos: ['ESRCH'],
    handler: (kernel, task, pid) => processAt(kernel, task, asInt32(pid))?.group.session ?? -errno.ESRCH,
  },
  { name: 'setsid', number: 157, errnos: ['EPERM'], handler: newSession },
];
