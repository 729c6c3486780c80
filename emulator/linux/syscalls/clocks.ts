import type { Kernel } from '../init/kernel.ts';
import { setRealTimer } from '../kernel/itimer.ts';
import { blocked } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
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
  encodeTimespec,
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
    task.deadline = absolute ? nanoseconds : kernel.clock.now + nanoseconds;
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

/** setitimer(ITIMER_REAL): struct itimerval is an interval and a value of seconds and microseconds each. */
function setTimer(kernel: Kernel, task: Task, which: number, address: number): Errno {
  if (which !== 0) return -errno.EINVAL;
  const bytes = readUser(task, address, 32);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  const nanoseconds = (offset: number) =>
    view.getBigInt64(offset, true) * 1_000_000_000n + view.getBigInt64(offset + 8, true) * 1000n;
  kernel.timers.cancelAll(task);
  setRealTimer(kernel, task, nanoseconds(16), nanoseconds(0));
  return 0;
}

/** struct timeval: seconds s64 @0, microseconds s64 @8. The zone is always UTC. */
function getTimeOfDay(kernel: Kernel, task: Task, time: number, zone: number): Errno {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, kernel.clock.now / 1_000_000_000n, true);
  view.setBigInt64(8, (kernel.clock.now / 1000n) % 1_000_000n, true);
  if (time !== 0 && !copyToUser(task, time, bytes)) return -errno.EFAULT;
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
    name: 'setitimer',
    number: 103,
    errnos: ['EFAULT', 'EINVAL'],
    handler: (kernel, task, which, address) => setTimer(kernel, task, asInt32(which), asAddress(address)),
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
