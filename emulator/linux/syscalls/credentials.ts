import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/** setuid(): who gives up uid 0 gives up its capabilities. */
function setUid(task: Task, uid: number): Errno {
  const { credentials } = task;
  if (uid !== credentials.uid && !capable(credentials, 'CAP_SETUID')) return -errno.EPERM;
  const drops = credentials.uid === 0 && uid !== 0;
  task.credentials = { ...credentials, uid, capabilities: drops ? new Set() : credentials.capabilities };
  return 0;
}

function setGid(task: Task, gid: number): Errno {
  const { credentials } = task;
  if (gid !== credentials.gid && !capable(credentials, 'CAP_SETGID')) return -errno.EPERM;
  task.credentials = { ...credentials, gid };
  return 0;
}

function setGroups(task: Task, count: number, address: number): Errno {
  if (!capable(task.credentials, 'CAP_SETGID')) return -errno.EPERM;
  if (count > 65536) return -errno.EINVAL;
  const bytes = readUser(task, address, count * 4);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const groups = Array.from({ length: count }, (_, index) => view.getUint32(index * 4, true));
  task.credentials = { ...task.credentials, groups };
  return 0;
}

function getGroups(task: Task, count: number, address: number): Errno {
  const { groups } = task.credentials;
  if (count < 0) return -errno.EINVAL;
  if (count === 0) return groups.length;
  if (count < groups.length) return -errno.EINVAL;
  const bytes = new Uint8Array(Uint32Array.from(groups).buffer);
  return copyToUser(task, address, bytes) ? groups.length : -errno.EFAULT;
}

/** Calls on who the caller is. */
export const credentialCalls: readonly SystemCall[] = [
  {
    name: 'setgid',
    number: 144,
    errnos: ['EPERM'],
    handler: (_kernel, task, gid) => setGid(task, asUint32(gid)),
  },
  {
    name: 'setuid',
    number: 146,
    errnos: ['EPERM'],
    handler: (_kernel, task, uid) => setUid(task, asUint32(uid)),
  },
  {
    name: 'getgroups',
    number: 158,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, count, address) => getGroups(task, asInt32(count), asAddress(address)),
  },
  {
    name: 'setgroups',
    number: 159,
    errnos: ['EPERM', 'EINVAL', 'EFAULT'],
    handler: (_kernel, task, count, address) => setGroups(task, asUint32(count), asAddress(address)),
  },
  { name: 'getuid', number: 174, errnos: [], handler: (_kernel, task) => task.credentials.uid },
  { name: 'geteuid', number: 175, errnos: [], handler: (_kernel, task) => task.credentials.uid },
  { name: 'getgid', number: 176, errnos: [], handler: (_kernel, task) => task.credentials.gid },
  { name: 'getegid', number: 177, errnos: [], handler: (_kernel, task) => task.credentials.gid },
];
