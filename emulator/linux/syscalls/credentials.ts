import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserInt32, putUserInt32, readUser } from '../mm/uaccess.ts';
import { allCapabilities, type Capability, capabilities } from '../uapi/capability.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asUint32, type Register } from '../uapi/registers.ts';
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

/** An id that setresuid() and its kin leave as it is. */
const unchanged = 0xffff_ffff;

/** setreuid(), setresuid(): real, effective and saved ids are one here, so all that are given must agree. */
function setIds(task: Task, ids: readonly Register[], set: (task: Task, id: number) => Errno): Errno {
  const given = [...new Set(ids.map(asUint32))].filter((id) => id !== unchanged);
  const [id] = given;
  if (id === undefined) return 0;
  return given.length > 1 ? -errno.EOPNOTSUPP : set(task, id);
}

function putIds(task: Task, id: number, addresses: readonly Register[]): Errno {
  return addresses.every((address) => putUserInt32(task, asAddress(address), id)) ? 0 : -errno.EFAULT;
}

const _LINUX_CAPABILITY_VERSION_3 = 0x20080522;

/** struct __user_cap_header_struct: version u32 @0, pid s32 @4. */
function capabilityTarget(kernel: Kernel, task: Task, header: number): Task | Errno {
  const version = getUserInt32(task, header);
  const pid = getUserInt32(task, header + 4);
  if (version === undefined || pid === undefined) return -errno.EFAULT;
  if (version !== _LINUX_CAPABILITY_VERSION_3) {
    return putUserInt32(task, header, _LINUX_CAPABILITY_VERSION_3) ? -errno.EINVAL : -errno.EFAULT;
  }
  if (pid < 0) return -errno.EINVAL;
  return pid === 0 ? task : (kernel.tasks.byPid(pid) ?? -errno.ESRCH);
}

/** Two structs of effective, permitted and inheritable, 32 bits each; what is permitted is effective here. */
function getCapabilities(kernel: Kernel, task: Task, header: number, data: number): Errno {
  const target = capabilityTarget(kernel, task, header);
  if (typeof target === 'number') return data === 0 && target === -errno.EINVAL ? 0 : target;
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  let mask = 0n;
  for (const name of target.credentials.capabilities) mask |= 1n << BigInt(capabilities[name]);
  for (const offset of [0, 4]) {
    view.setUint32(offset, Number(mask & 0xffff_ffffn), true);
    view.setUint32(12 + offset, Number(mask >> 32n), true);
  }
  return data === 0 || copyToUser(task, data, bytes) ? 0 : -errno.EFAULT;
}

/** capset(): what is held can be given up, and nothing be gained. */
function setCapabilities(kernel: Kernel, task: Task, header: number, data: number): Errno {
  const target = capabilityTarget(kernel, task, header);
  if (typeof target === 'number') return target;
  if (target !== task) return -errno.EPERM;
  const bytes = readUser(task, data, 24);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const word = (offset: number) =>
    BigInt(view.getUint32(offset, true)) | (BigInt(view.getUint32(offset + 12, true)) << 32n);
  const [effective, permitted] = [word(0), word(4)];
  if ((effective & ~permitted) !== 0n) return -errno.EPERM;
  const held = task.credentials.capabilities;
  const isIn = (mask: bigint, name: Capability) => (mask & (1n << BigInt(capabilities[name]))) !== 0n;
  if ([...allCapabilities].some((name) => isIn(permitted, name) && !held.has(name))) return -errno.EPERM;
  const kept = new Set([...held].filter((name) => isIn(effective, name)));
  task.credentials = { ...task.credentials, capabilities: kept };
  return 0;
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
  {
    name: 'capget',
    number: 90,
    errnos: ['EFAULT', 'EINVAL', 'ESRCH'],
    handler: (kernel, task, header, data) =>
      getCapabilities(kernel, task, asAddress(header), asAddress(data)),
  },
  {
    name: 'capset',
    number: 91,
    errnos: ['EFAULT', 'EINVAL', 'EPERM', 'ESRCH'],
    handler: (kernel, task, header, data) =>
      setCapabilities(kernel, task, asAddress(header), asAddress(data)),
  },
  {
    name: 'setregid',
    number: 143,
    errnos: ['EPERM', 'EOPNOTSUPP'],
    handler: (_kernel, task, ...ids) => setIds(task, ids.slice(0, 2), setGid),
  },
  {
    name: 'setreuid',
    number: 145,
    errnos: ['EPERM', 'EOPNOTSUPP'],
    handler: (_kernel, task, ...ids) => setIds(task, ids.slice(0, 2), setUid),
  },
  {
    name: 'setresuid',
    number: 147,
    errnos: ['EPERM', 'EOPNOTSUPP'],
    handler: (_kernel, task, ...ids) => setIds(task, ids.slice(0, 3), setUid),
  },
  {
    name: 'getresuid',
    number: 148,
    errnos: ['EFAULT'],
    handler: (_kernel, task, ...addresses) => putIds(task, task.credentials.uid, addresses.slice(0, 3)),
  },
  {
    name: 'setresgid',
    number: 149,
    errnos: ['EPERM', 'EOPNOTSUPP'],
    handler: (_kernel, task, ...ids) => setIds(task, ids.slice(0, 3), setGid),
  },
  {
    name: 'getresgid',
    number: 150,
    errnos: ['EFAULT'],
    handler: (_kernel, task, ...addresses) => putIds(task, task.credentials.gid, addresses.slice(0, 3)),
  },
];
