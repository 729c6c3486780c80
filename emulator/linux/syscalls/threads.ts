import type { Kernel } from '../init/kernel.ts';
import { endThread } from '../kernel/exit.ts';
import { forkTask } from '../kernel/fork.ts';
import { killThread } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, getUserInt32, putUserInt32 } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import {
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_PRIVATE_FLAG,
  FUTEX_REQUEUE,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
} from '../uapi/futex.ts';
import { asAddress, asInt32, asSize, asUint32, asUnsigned64, type Register } from '../uapi/registers.ts';
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_FILES,
  CLONE_NEW_ANY,
  CLONE_PARENT_SETTID,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from '../uapi/sched.ts';
import { deadlineAt } from './deadline.ts';
import type { SystemCall } from './system-call.ts';

interface CloneAddresses {
  readonly stack: bigint;
  readonly threadPointer: bigint;
  readonly parentTid: number;
  readonly childTid: number;
}

/** clone(): a process or a thread; name spaces are refused. */
function clone(kernel: Kernel, task: Task, flags: Register, addresses: CloneAddresses): Errno {
  const { parentTid, childTid } = addresses;
  const bits = Number(asUnsigned64(flags) & 0xffff_ffffn);
  const has = (flag: number) => (bits & flag) !== 0;
  if (has(CLONE_NEW_ANY)) return -errno.EINVAL;
  if (has(CLONE_THREAD) && !has(CLONE_SIGHAND)) return -errno.EINVAL;
  if (has(CLONE_SIGHAND) && !has(CLONE_VM)) return -errno.EINVAL;
  const sharing = {
    memory: has(CLONE_VM),
    files: has(CLONE_FILES),
    process: has(CLONE_THREAD),
    lends: has(CLONE_VFORK),
  };
  const child = forkTask(kernel, task, sharing);
  if (has(CLONE_PARENT_SETTID)) putUserInt32(task, parentTid, child.pid);
  if (has(CLONE_CHILD_SETTID)) putUserInt32(child, childTid, child.pid);
  if (has(CLONE_CHILD_CLEARTID)) child.clearChildTid = childTid;
  if (has(CLONE_VFORK)) task.vforkChild = child;
  copyRegisters(task, child, addresses, has(CLONE_SETTLS));
  return child.pid;
}

/** copy_thread(): the child goes on where its parent made the call, with 0 for an answer. */
function copyRegisters(
  task: Task,
  child: Task,
  { stack, threadPointer }: CloneAddresses,
  setsTls: boolean,
): void {
  const registers = task.registers?.copy();
  child.registers = registers;
  if (registers === undefined) return;
  registers.x[0] = 0n;
  if (stack !== 0n) registers.x[31] = stack;
  if (setsTls) registers.threadPointer = threadPointer;
}

interface FutexFacts {
  readonly address: number;
  readonly value: number;
  /** A timeout's address, or a second count. */
  readonly fourth: Register;
  readonly target: number;
  readonly third: number;
}

function futexWait(kernel: Kernel, task: Task, facts: FutexFacts, bitset: number, absolute: boolean): Errno {
  if (bitset === 0) return -errno.EINVAL;
  const deadline = deadlineAt(kernel, task, asAddress(facts.fourth), absolute);
  if (typeof deadline === 'number') return deadline;
  return kernel.futexes.wait(task, kernel.clock.now, { ...facts, bitset }, deadline);
}

/** do_futex() */
function futex(kernel: Kernel, task: Task, operation: number, facts: FutexFacts): Errno {
  const command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  const waits = command === FUTEX_WAIT || command === FUTEX_WAIT_BITSET;
  if ((operation & FUTEX_CLOCK_REALTIME) !== 0 && !waits) return -errno.ENOSYS;
  if (facts.address % 4 !== 0) return -errno.EINVAL;
  switch (command) {
    case FUTEX_WAIT:
      return futexWait(kernel, task, facts, -1, false);
    case FUTEX_WAIT_BITSET:
      return futexWait(kernel, task, facts, facts.third, true);
    case FUTEX_WAKE:
      return kernel.futexes.wake(task, facts.address, facts.value);
    case FUTEX_WAKE_BITSET:
      if (facts.third === 0) return -errno.EINVAL;
      return kernel.futexes.wake(task, facts.address, facts.value, facts.third);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      return requeue(kernel, task, facts, command === FUTEX_CMP_REQUEUE);
    default:
      return -errno.ENOSYS;
  }
}

function requeue(kernel: Kernel, task: Task, facts: FutexFacts, compares: boolean): Errno {
  const counts = { wake: facts.value, move: asInt32(facts.fourth) };
  if (counts.wake < 0 || counts.move < 0) return -errno.EINVAL;
  if (compares) {
    const seen = getUserInt32(task, facts.address);
    if (seen === undefined) return -errno.EFAULT;
    if (seen !== (facts.third | 0)) return -errno.EAGAIN;
  }
  return kernel.futexes.requeue(task, facts.address, facts.target, counts);
}

/** One processor, the first. */
function getAffinity(kernel: Kernel, task: Task, pid: number, size: number, address: number): Errno {
  if (size < 8 || size % 8 !== 0) return -errno.EINVAL;
  if (pid !== 0 && kernel.tasks.byPid(pid) === undefined) return -errno.ESRCH;
  const mask = new Uint8Array(8);
  mask[0] = 1;
  return copyToUser(task, address, mask) ? mask.length : -errno.EFAULT;
}

/** Calls on threads. */
export const threadCalls: readonly SystemCall[] = [
  {
    name: 'exit',
    number: 93,
    errnos: [],
    handler: (kernel, task, code) => {
      endThread(kernel, task, { kind: 'exited', code: asInt32(code) & 0xff });
      return 0;
    },
  },
  {
    name: 'set_tid_address',
    number: 96,
    errnos: [],
    handler: (_kernel, task, address) => {
      task.clearChildTid = asAddress(address);
      return task.pid;
    },
  },
  {
    name: 'futex',
    number: 98,
    errnos: ['EAGAIN', 'EFAULT', 'EINVAL', 'ENOSYS', 'ETIMEDOUT', 'EINTR'],
    handler: (kernel, task, address, operation, value, fourth, target, third) =>
      futex(kernel, task, asInt32(operation), {
        address: asAddress(address),
        value: asInt32(value),
        fourth,
        target: asAddress(target),
        third: asInt32(third),
      }),
  },
  {
    name: 'set_robust_list',
    number: 99,
    errnos: ['EINVAL'],
    handler: (_kernel, _task, _address, size) => (asSize(size) === 24 ? 0 : -errno.EINVAL),
  },
  {
    name: 'sched_getaffinity',
    number: 123,
    errnos: ['EINVAL', 'EFAULT', 'ESRCH'],
    handler: (kernel, task, pid, size, address) =>
      getAffinity(kernel, task, asInt32(pid), asUint32(size), asAddress(address)),
  },
  { name: 'sched_yield', number: 124, errnos: [], handler: () => 0 },
  {
    name: 'tkill',
    number: 130,
    errnos: ['EINVAL', 'ESRCH', 'EPERM'],
    handler: (kernel, task, threadId, signal) =>
      killThread(kernel, task, undefined, asInt32(threadId), asInt32(signal)),
  },
  {
    name: 'tgkill',
    number: 131,
    errnos: ['EINVAL', 'ESRCH', 'EPERM'],
    handler: (kernel, task, processId, threadId, signal) =>
      killThread(kernel, task, asInt32(processId), asInt32(threadId), asInt32(signal)),
  },
  { name: 'gettid', number: 178, errnos: [], handler: (_kernel, task) => task.pid },
  {
    name: 'clone',
    number: 220,
    errnos: ['EINVAL', 'EAGAIN', 'ENOMEM'],
    // arm64 passes the TLS before the child's word.
    handler: (kernel, task, flags, stack, parentTid, tls, childTid) =>
      clone(kernel, task, flags, {
        stack: asUnsigned64(stack),
        threadPointer: asUnsigned64(tls),
        parentTid: asAddress(parentTid),
        childTid: asAddress(childTid),
      }),
  },
];
