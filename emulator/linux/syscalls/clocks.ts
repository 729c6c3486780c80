import type { Kernel } from '../init/kernel.ts';
import { RealTimer } from '../kernel/itimer.ts';
import { blocked } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { asKtime } from '../kernel/time.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  decodeTimespec,
  decodeTimeval,
  encodeTimespec,
  encodeTimeval,
  ITIMER_REAL,
  TIMER_ABSTIME,
} from '../uapi/clock.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/**
 * Calls on time. There is one virtual clock, and nobody sets it: all clocks show nanoseconds since the kernel's first
 * instruction, as on a board without a battery.
 */

const clocks: ReadonlySet<number> = new Set([
  CLOCK_REALTIME,
  CLOCK_MONOTONIC,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_THREAD_CPUTIME_ID,
  CLOCK_MONOTONIC_RAW,
  CLOCK_REALTIME_COARSE,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_BOOTTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_TAI,
]);
const coarse: ReadonlySet<number> = new Set([CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE]);
/** One tick with 250 a second. */
const tickNanoseconds = 4_000_000n;

/** Clocks on which nobody can sleep. */
const sleepless: ReadonlySet<number> = new Set([CLOCK_MONOTONIC_RAW, ...coarse]);

function clockValue(kernel: Kernel, clock: number): bigint {
  const { now } = kernel.clock;
  return coarse.has(clock) ? now - (now % tickNanoseconds) : now;
}

function putTimespec(task: Task, address: number, nanoseconds: bigint): Errno {
  return copyToUser(task, address, encodeTimespec(nanoseconds)) ? 0 : -errno.EFAULT;
}

/** Sleeping: the call is begun anew until its time has come. A signal leaves the rest at `remaining`. */
function sleep(kernel: Kernel, task: Task, address: number, absolute: boolean, remaining: number): Errno {
  if (task.deadline === undefined) {
    const bytes = readUser(task, address, 16);
    if (typeof bytes === 'number') return bytes;
    const nanoseconds = decodeTimespec(bytes);
    if (nanoseconds === undefined) return -errno.EINVAL;
    task.deadline = asKtime(absolute ? nanoseconds : kernel.clock.now + nanoseconds);
  }
  const { deadline } = task;
  if (kernel.clock.now >= deadline) return 0;
  if (!absolute && remaining !== 0) {
    task.onInterrupted = () => {
      const left = deadline - kernel.clock.now;
      copyToUser(task, remaining, encodeTimespec(left > 0n ? left : 0n));
    };
  }
  task.block({ queues: [], deadline });
  return blocked;
}

function clockSleep(
  kernel: Kernel,
  task: Task,
  clock: number,
  flags: number,
  address: number,
  remaining: number,
): Errno {
  if (!clocks.has(clock) || clock === CLOCK_THREAD_CPUTIME_ID) return -errno.EINVAL;
  if (sleepless.has(clock)) return -errno.EOPNOTSUPP;
  return sleep(kernel, task, address, (flags & TIMER_ABSTIME) !== 0, remaining);
}

/** struct itimerval of the real-time timer: the interval, then what is left of it. */
function timerSetting(task: Task): Uint8Array {
  const { realTimer } = task.group;
  const bytes = new Uint8Array(32);
  bytes.set(encodeTimeval(realTimer?.intervalNanoseconds ?? 0n));
  bytes.set(encodeTimeval(realTimer?.remainingNanoseconds ?? 0n), 16);
  return bytes;
}

/** getitimer(ITIMER_REAL) */
function getTimer(task: Task, which: number, address: number): Errno {
  if (which !== ITIMER_REAL) return -errno.EINVAL;
  return copyToUser(task, address, timerSetting(task)) ? 0 : -errno.EFAULT;
}

/** setitimer(ITIMER_REAL). No new value disarms it, as the kernel does. */
function setTimer(kernel: Kernel, task: Task, which: number, address: number, old: number): Errno {
  const bytes = address === 0 ? new Uint8Array(32) : readUser(task, address, 32);
  if (typeof bytes === 'number') return bytes;
  const [interval, first] = [decodeTimeval(bytes.subarray(0, 16)), decodeTimeval(bytes.subarray(16))];
  if (interval === undefined || first === undefined || which !== ITIMER_REAL) return -errno.EINVAL;
  const before = timerSetting(task);
  task.group.realTimer ??= new RealTimer(kernel, task.group);
  task.group.realTimer.set(first, interval);
  return old === 0 || copyToUser(task, old, before) ? 0 : -errno.EFAULT;
}

/** The zone is always UTC. */
function getTimeOfDay(kernel: Kernel, task: Task, time: number, zone: number): Errno {
  if (time !== 0 && !copyToUser(task, time, encodeTimeval(kernel.clock.now))) return -errno.EFAULT;
  return zone === 0 || copyToUser(task, zone, new Uint8Array(8)) ? 0 : -errno.EFAULT;
}

export const clockCalls: readonly SystemCall[] = [
  {
    name: 'nanosleep',
    number: 101,
    errnos: ['EFAULT', 'EINVAL', 'EINTR'],
    handler: (kernel, task, address, remaining) =>
      sleep(kernel, task, asAddress(address), false, asAddress(remaining)),
  },
  {
    name: 'getitimer',
    number: 102,
    errnos: ['EFAULT', 'EINVAL'],
    handler: (_kernel, task, which, address) => getTimer(task, asInt32(which), asAddress(address)),
  },
  {
    name: 'setitimer',
    number: 103,
    errnos: ['EFAULT', 'EINVAL'],
    handler: (kernel, task, which, address, old) =>
      setTimer(kernel, task, asInt32(which), asAddress(address), asAddress(old)),
  },
  {
    name: 'clock_gettime',
    number: 113,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (kernel, task, clock, address) =>
      clocks.has(asInt32(clock))
        ? putTimespec(task, asAddress(address), clockValue(kernel, asInt32(clock)))
        : -errno.EINVAL,
  },
  {
    name: 'clock_getres',
    number: 114,
    errnos: ['EINVAL', 'EFAULT'],
    handler: (_kernel, task, clock, address) => {
      if (!clocks.has(asInt32(clock))) return -errno.EINVAL;
      if (asAddress(address) === 0) return 0;
      return putTimespec(task, asAddress(address), coarse.has(asInt32(clock)) ? tickNanoseconds : 1n);
    },
  },
  {
    name: 'clock_nanosleep',
    number: 115,
    errnos: ['EFAULT', 'EINVAL', 'EINTR', 'EOPNOTSUPP'],
    handler: (kernel, task, clock, flags, address, remaining) =>
      clockSleep(kernel, task, asInt32(clock), asInt32(flags), asAddress(address), asAddress(remaining)),
  },
  {
    name: 'gettimeofday',
    number: 169,
    errnos: ['EFAULT'],
    handler: (kernel, task, time, zone) => getTimeOfDay(kernel, task, asAddress(time), asAddress(zone)),
  },
];
