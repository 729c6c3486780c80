import type { Kernel } from '../init/kernel.ts';
import { blocked, type WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { decodeTimespec } from '../uapi/clock.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from '../uapi/poll.ts';
import type { OpenFile, PollWait } from './file.ts';

/** Waiting for files to become ready. Plays fs/select.c. */

/** What select()'s three sets ask for. */
const selected = {
  read: POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
  write: POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
  except: POLLPRI,
};

/** What is ready now of what was asked; errors are told unasked. */
export function readyEvents(kernel: Kernel, file: OpenFile, events: number, wait?: PollWait): number {
  const asked = events | POLLERR | POLLHUP;
  return file.poll(asked, wait, kernel) & asked;
}

/** When a wait that starts now ends; undefined for never. Lasts through the restarts of a call. */
export function deadlineOf(kernel: Kernel, task: Task, timeoutNs: bigint | undefined): bigint | undefined {
  if (timeoutNs === undefined) return undefined;
  task.deadline ??= kernel.clock.now + timeoutNs;
  return task.deadline;
}

/** Sleeps on all queues that were met, unless time is up already: then 0. */
export function sleepOn(
  kernel: Kernel,
  task: Task,
  queues: readonly WaitQueue[],
  deadline: bigint | undefined,
): Errno {
  if (deadline !== undefined && kernel.clock.now >= deadline) return 0;
  task.block({ queues, deadline });
  return blocked;
}

/** struct timespec at an address: undefined for a null pointer, -errno where it is no time. */
export function timeoutAt(task: Task, address: number): bigint | undefined | Errno {
  if (address === 0) return undefined;
  const bytes = readUser(task, address, 16);
  if (typeof bytes === 'number') return bytes;
  return decodeTimespec(bytes) ?? -errno.EINVAL;
}

/** do_sys_poll(): struct pollfd is fd s32 @0, events s16 @4, revents s16 @6. */
export function poll(
  kernel: Kernel,
  task: Task,
  address: number,
  count: number,
  timeoutNs: bigint | undefined,
): Errno {
  if (count > task.limits.files) return -errno.EINVAL;
  const bytes = readUser(task, address, count * 8);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const queues: WaitQueue[] = [];
  const wait: PollWait = (queue) => queues.push(queue);
  let ready = 0;
  for (let offset = 0; offset < bytes.length; offset += 8) {
    const fd = view.getInt32(offset, true);
    const events = view.getUint16(offset + 4, true);
    const found = fd < 0 ? 0 : pollFd(kernel, task, fd, events, ready === 0 ? wait : undefined);
    view.setUint16(offset + 6, found, true);
    if (found !== 0) ready += 1;
  }
  if (ready === 0) {
    const slept = sleepOn(kernel, task, queues, deadlineOf(kernel, task, timeoutNs));
    if (slept === blocked) return blocked;
  }
  return copyToUser(task, address, bytes) ? ready : -errno.EFAULT;
}

function pollFd(kernel: Kernel, task: Task, fd: number, events: number, wait: PollWait | undefined): number {
  const file = task.files.get(fd);
  return file === undefined ? POLLNVAL : readyEvents(kernel, file, events, wait);
}

/** The addresses of select()'s sets; 0 for one that is not given. */
export interface SelectSets {
  readonly read: number;
  readonly write: number;
  readonly except: number;
}

const setNames = ['read', 'write', 'except'] as const;

/** core_sys_select(): how many bits are set in all sets together. */
export function select(
  kernel: Kernel,
  task: Task,
  countGiven: number,
  addresses: SelectSets,
  timeoutNs: bigint | undefined,
): Errno {
  if (countGiven < 0) return -errno.EINVAL;
  const count = Math.min(countGiven, task.limits.files);
  const sizeBytes = Math.ceil(count / 64) * 8;
  const asked = new Map<(typeof setNames)[number], Uint8Array>();
  for (const name of setNames) {
    if (addresses[name] === 0) continue;
    const bytes = readUser(task, addresses[name], sizeBytes);
    if (typeof bytes === 'number') return bytes;
    asked.set(name, bytes);
  }
  const queues: WaitQueue[] = [];
  const found = selectReady(kernel, task, count, asked, queues);
  if (typeof found === 'number') return found;
  if (found.ready === 0) {
    const slept = sleepOn(kernel, task, queues, deadlineOf(kernel, task, timeoutNs));
    if (slept === blocked) return blocked;
  }
  for (const [name, bytes] of found.sets) if (!copyToUser(task, addresses[name], bytes)) return -errno.EFAULT;
  return found.ready;
}

type Sets = ReadonlyMap<(typeof setNames)[number], Uint8Array>;

function selectReady(
  kernel: Kernel,
  task: Task,
  count: number,
  asked: Sets,
  queues: WaitQueue[],
): { readonly ready: number; readonly sets: Sets } | Errno {
  const sets = new Map([...asked].map(([name, bytes]) => [name, new Uint8Array(bytes.length)] as const));
  let ready = 0;
  for (let fd = 0; fd < count; fd += 1) {
    const wanted = [...asked].filter(([, bytes]) => ((bytes[fd >> 3] ?? 0) & (1 << (fd & 7))) !== 0);
    if (wanted.length === 0) continue;
    const file = task.files.get(fd);
    if (file === undefined) return -errno.EBADF;
    const events = wanted.reduce((mask, [name]) => mask | selected[name], 0);
    const now = readyEvents(kernel, file, events, (queue) => queues.push(queue));
    for (const [name] of wanted) {
      const bytes = sets.get(name);
      if ((now & selected[name]) === 0 || bytes === undefined) continue;
      bytes[fd >> 3] = (bytes[fd >> 3] ?? 0) | (1 << (fd & 7));
      ready += 1;
    }
  }
  return { ready, sets };
}
