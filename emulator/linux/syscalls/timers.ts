import { TimerFile } from '../fs/timerfd.ts';
import type { Kernel } from '../init/kernel.ts';
import { PosixTimer, type TimerEvent } from '../kernel/posix-timers.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, putUserInt32, readUser } from '../mm/uaccess.ts';
import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  decodeTimespec,
  encodeTimespec,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD,
  SIGEV_THREAD_ID,
  TIMER_ABSTIME,
} from '../uapi/clock.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_CLOEXEC, O_NONBLOCK } from '../uapi/fcntl.ts';
import { asAddress, asInt32 } from '../uapi/registers.ts';
import { lastSignal, signals } from '../uapi/signal.ts';
import { installCounted } from './polling.ts';
import type { SystemCall } from './system-call.ts';

/** Timers of processes, by signal and by descriptor. All clocks are the one virtual clock. */

const fileClocks: ReadonlySet<number> = new Set([
  CLOCK_REALTIME,
  CLOCK_MONOTONIC,
  CLOCK_BOOTTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_BOOTTIME_ALARM,
]);
const timerClocks: ReadonlySet<number> = new Set([
  ...fileClocks,
  CLOCK_TAI,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_THREAD_CPUTIME_ID,
]);

/** struct itimerspec: the interval, then the time. */
const settingBytes = 32;

/** What both kinds of timers can do. */
interface Settable {
  readonly intervalNanoseconds: bigint;
  readonly remainingNanoseconds: bigint;
  set(expires: bigint | undefined, intervalNanoseconds: bigint): void;
}

function settingOf(timer: Settable): Uint8Array {
  const bytes = new Uint8Array(settingBytes);
  bytes.set(encodeTimespec(timer.intervalNanoseconds));
  bytes.set(encodeTimespec(timer.remainingNanoseconds), 16);
  return bytes;
}

function setTimer(
  kernel: Kernel,
  task: Task,
  timer: Settable,
  isAbsolute: boolean,
  address: number,
  old: number,
): Errno {
  const bytes = readUser(task, address, settingBytes);
  if (typeof bytes === 'number') return bytes;
  const [interval, first] = [decodeTimespec(bytes.subarray(0, 16)), decodeTimespec(bytes.subarray(16))];
  if (interval === undefined || first === undefined) return -errno.EINVAL;
  const before = settingOf(timer);
  const expires = isAbsolute ? first : kernel.clock.now + first;
  timer.set(first === 0n ? undefined : expires, interval);
  return old === 0 || copyToUser(task, old, before) ? 0 : -errno.EFAULT;
}

/** struct sigevent: value u64 @0, signal s32 @8, what to do s32 @12, thread s32 @16. */
function readEvent(kernel: Kernel, task: Task, address: number, number: number): TimerEvent | Errno {
  if (address === 0) return { signal: signals.SIGALRM, value: BigInt(number), thread: undefined };
  const bytes = readUser(task, address, 64);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const [value, signal, notify] = [
    view.getBigUint64(0, true),
    view.getInt32(8, true),
    view.getInt32(12, true),
  ];
  if (notify === SIGEV_NONE) return { signal: undefined, value, thread: undefined };
  if (signal <= 0 || signal > lastSignal) return -errno.EINVAL;
  if (notify === SIGEV_SIGNAL || notify === SIGEV_THREAD) return { signal, value, thread: undefined };
  if (notify !== (SIGEV_SIGNAL | SIGEV_THREAD_ID)) return -errno.EINVAL;
  const thread = kernel.tasks.byPid(view.getInt32(16, true));
  return thread?.group === task.group ? { signal, value, thread } : -errno.EINVAL;
}

function createTimer(kernel: Kernel, task: Task, clock: number, event: number, address: number): Errno {
  if (!timerClocks.has(clock)) return -errno.EINVAL;
  const { timers, leader } = task.group;
  let number = 0;
  while (timers.has(number)) number += 1;
  const told = readEvent(kernel, task, event, number);
  if (typeof told === 'number') return told;
  if (!putUserInt32(task, address, number)) return -errno.EFAULT;
  timers.set(number, new PosixTimer(kernel, leader, number, told));
  return 0;
}

function withTimer(task: Task, number: number, act: (timer: PosixTimer) => Errno): Errno {
  const timer = task.group.timers.get(number);
  return timer === undefined ? -errno.EINVAL : act(timer);
}

function withTimerFile(task: Task, fd: number, act: (timer: TimerFile) => Errno): Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  return file instanceof TimerFile ? act(file) : -errno.EINVAL;
}

function createFile(kernel: Kernel, task: Task, clock: number, flags: number): Errno {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0 || !fileClocks.has(clock)) return -errno.EINVAL;
  return installCounted(kernel, task, (flags & O_CLOEXEC) !== 0, () => new TimerFile(kernel, flags));
}

const TFD_TIMER_CANCEL_ON_SET = 2;

export const timerCalls: readonly SystemCall[] = [
  {
    name: 'timerfd_create',
    number: 85,
    errnos: ['EINVAL', 'EMFILE', 'ENFILE'],
    handler: (kernel, task, clock, flags) => createFile(kernel, task, asInt32(clock), asInt32(flags)),
  },
  {
    name: 'timerfd_settime',
    number: 86,
    errnos: ['EBADF', 'EINVAL', 'EFAULT'],
    handler: (kernel, task, fd, flags, value, old) => {
      if ((asInt32(flags) & ~(TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) !== 0) return -errno.EINVAL;
      const isAbsolute = (asInt32(flags) & TIMER_ABSTIME) !== 0;
      return withTimerFile(task, asInt32(fd), (timer) =>
        setTimer(kernel, task, timer, isAbsolute, asAddress(value), asAddress(old)),
      );
    },
  },
  {
    name: 'timerfd_gettime',
    number: 87,
    errnos: ['EBADF', 'EINVAL', 'EFAULT'],
    handler: (_kernel, task, fd, address) =>
      withTimerFile(task, asInt32(fd), (timer) =>
        copyToUser(task, asAddress(address), settingOf(timer)) ? 0 : -errno.EFAULT,
      ),
  },
  {
    name: 'timer_create',
    number: 107,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (kernel, task, clock, event, address) =>
      createTimer(kernel, task, asInt32(clock), asAddress(event), asAddress(address)),
  },
  {
    name: 'timer_gettime',
    number: 108,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, number, address) =>
      withTimer(task, asInt32(number), (timer) =>
        copyToUser(task, asAddress(address), settingOf(timer)) ? 0 : -errno.EFAULT,
      ),
  },
  {
    name: 'timer_getoverrun',
    number: 109,
    errnos: ['EINVAL'],
    handler: (_kernel, task, number) => withTimer(task, asInt32(number), ({ overrun }) => overrun),
  },
  {
    name: 'timer_settime',
    number: 110,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (kernel, task, number, flags, value, old) =>
      withTimer(task, asInt32(number), (timer) =>
        setTimer(
          kernel,
          task,
          timer,
          (asInt32(flags) & TIMER_ABSTIME) !== 0,
          asAddress(value),
          asAddress(old),
        ),
      ),
  },
  {
    name: 'timer_delete',
    number: 111,
    errnos: ['EINVAL'],
    handler: (_kernel, task, number) =>
      withTimer(task, asInt32(number), (timer) => {
        timer.disarm();
        task.group.timers.delete(asInt32(number));
        return 0;
      }),
  },
];
