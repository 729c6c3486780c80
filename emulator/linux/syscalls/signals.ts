import { leaveHandler } from '../arch/arm64/kernel/signal.ts';
import { blocked } from '../kernel/sched/wait.ts';
import {
  alternateStackBytes,
  decodeAlternateStack,
  describeAlternateStack,
  encodeAlternateStack,
  setAlternateStack,
} from '../kernel/sigaltstack.ts';
import { forceSignal } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asSize } from '../uapi/registers.ts';
import { lastSignal, signals } from '../uapi/signal.ts';
import type { SystemCall } from './system-call.ts';

/** struct sigaction of arm64: handler u64 @0, flags u64 @8, restorer u64 @16, mask u64 @24. */
const actionBytes = 32;
const SIG_DFL = 0n;
const SIG_IGN = 1n;

function setAction(
  task: Task,
  signal: number,
  newAddress: number,
  oldAddress: number,
  setSize: number,
): Errno {
  if (setSize !== 8 || signal < 1 || signal > lastSignal) return -errno.EINVAL;
  const before = task.signals.action(signal);
  if (newAddress !== 0) {
    if (signal === signals.SIGKILL || signal === signals.SIGSTOP) return -errno.EINVAL;
    const bytes = readUser(task, newAddress, actionBytes);
    if (typeof bytes === 'number') return bytes;
    const view = new DataView(bytes.buffer);
    const handler = view.getBigUint64(0, true);
    task.signals.setAction(signal, {
      disposition: handler === SIG_DFL ? 'default' : handler === SIG_IGN ? 'ignore' : 'handler',
      handler,
      flags: view.getBigUint64(8, true),
      restorer: view.getBigUint64(16, true),
      mask: view.getBigUint64(24, true),
    });
  }
  if (oldAddress === 0) return 0;
  const bytes = new Uint8Array(actionBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, before.handler, true);
  view.setBigUint64(8, before.flags, true);
  view.setBigUint64(16, before.restorer ?? 0n, true);
  view.setBigUint64(24, before.mask, true);
  return copyToUser(task, oldAddress, bytes) ? 0 : -errno.EFAULT;
}

/** SIG_BLOCK 0, SIG_UNBLOCK 1, SIG_SETMASK 2. SIGKILL and SIGSTOP cannot be blocked. */
function setMask(task: Task, how: number, newAddress: number, oldAddress: number, setSize: number): Errno {
  if (setSize !== 8) return -errno.EINVAL;
  const before = task.signals.blocked;
  if (newAddress !== 0) {
    const bytes = readUser(task, newAddress, 8);
    if (typeof bytes === 'number') return bytes;
    const mask = new DataView(bytes.buffer).getBigUint64(0, true);
    if (how < 0 || how > 2) return -errno.EINVAL;
    task.signals.blocked = how === 0 ? before | mask : how === 1 ? before & ~mask : mask;
  }
  if (oldAddress === 0) return 0;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, before, true);
  return copyToUser(task, oldAddress, bytes) ? 0 : -errno.EFAULT;
}

/** rt_sigsuspend(): waits with another mask, which holds until a handler has been called. */
function suspend(task: Task, address: number, setSize: number): Errno {
  if (setSize !== 8) return -errno.EINVAL;
  const bytes = readUser(task, address, 8);
  if (typeof bytes === 'number') return bytes;
  const before = task.signals.blocked;
  task.signals.blocked = new DataView(bytes.buffer).getBigUint64(0, true);
  task.onInterrupted = () => {
    task.signals.blocked = before;
  };
  task.block({ queues: [], deadline: undefined });
  return blocked;
}

function putPending(task: Task, address: number, setSize: number): Errno {
  if (setSize > 8) return -errno.EINVAL;
  const bytes = new Uint8Array(8);
  const { pendingMask, blocked: mask } = task.signals;
  new DataView(bytes.buffer).setBigUint64(0, pendingMask & mask, true);
  return copyToUser(task, address, bytes.subarray(0, setSize)) ? 0 : -errno.EFAULT;
}

/** rt_sigreturn(): what the frame says holds again; X0 too. Without a frame, or with a forged one, it is fatal. */
function returnFromSignal(task: Task): Errno | bigint {
  const { registers } = task;
  if (registers !== undefined && leaveHandler(task, registers)) return registers.get(0);
  forceSignal(task, signals.SIGSEGV);
  return 0;
}

/** sigaltstack(): asks for the stack of handlers, and sets it. */
function setStack(task: Task, newAddress: number, oldAddress: number): Errno {
  const pointer = task.registers?.get(31) ?? 0n;
  const bytes = newAddress === 0 ? undefined : readUser(task, newAddress, alternateStackBytes);
  if (typeof bytes === 'number') return bytes;
  const before = describeAlternateStack(task, pointer);
  const result = bytes === undefined ? 0 : setAlternateStack(task, decodeAlternateStack(bytes), pointer);
  if (result < 0 || oldAddress === 0) return result;
  return copyToUser(task, oldAddress, encodeAlternateStack(before)) ? 0 : -errno.EFAULT;
}

/** Calls on signals. */
export const signalCalls: readonly SystemCall[] = [
  {
    name: 'rt_sigaction',
    number: 134,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, signal, newAction, oldAction, setSize) =>
      setAction(task, asInt32(signal), asAddress(newAction), asAddress(oldAction), asSize(setSize)),
  },
  {
    name: 'rt_sigprocmask',
    number: 135,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, how, newMask, oldMask, setSize) =>
      setMask(task, asInt32(how), asAddress(newMask), asAddress(oldMask), asSize(setSize)),
  },
  {
    name: 'sigaltstack',
    number: 132,
    errnos: ['EFAULT', 'EPERM', 'EINVAL', 'ENOMEM'],
    handler: (_kernel, task, newStack, oldStack) => setStack(task, asAddress(newStack), asAddress(oldStack)),
  },
  {
    name: 'rt_sigsuspend',
    number: 133,
    errnos: ['EINVAL', 'EFAULT', 'EINTR'],
    handler: (_kernel, task, mask, setSize) => suspend(task, asAddress(mask), asSize(setSize)),
  },
  {
    name: 'rt_sigpending',
    number: 136,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, address, setSize) => putPending(task, asAddress(address), asSize(setSize)),
  },
  {
    name: 'rt_sigreturn',
    number: 139,
    errnos: [],
    handler: (_kernel, task) => returnFromSignal(task),
  },
];
