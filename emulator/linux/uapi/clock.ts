/** Clocks: include/uapi/linux/time.h. */

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
export const CLOCK_PROCESS_CPUTIME_ID = 2;
export const CLOCK_THREAD_CPUTIME_ID = 3;
export const CLOCK_MONOTONIC_RAW = 4;
export const CLOCK_REALTIME_COARSE = 5;
export const CLOCK_MONOTONIC_COARSE = 6;
export const CLOCK_BOOTTIME = 7;
export const CLOCK_REALTIME_ALARM = 8;
export const CLOCK_BOOTTIME_ALARM = 9;
export const CLOCK_TAI = 11;

export const TIMER_ABSTIME = 1;
export const ITIMER_REAL = 0;

/** What a timer does (sigev_notify). */
export const SIGEV_SIGNAL = 0;
export const SIGEV_NONE = 1;
export const SIGEV_THREAD = 2;
export const SIGEV_THREAD_ID = 4;

const second = 1_000_000_000n;

/** struct timespec (and struct __kernel_timespec): seconds s64 @0, nanoseconds s64 @8. */
export function encodeTimespec(nanoseconds: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, nanoseconds / second, true);
  view.setBigInt64(8, nanoseconds % second, true);
  return bytes;
}

/** Nanoseconds, or undefined where the fields make no time. */
export function decodeTimespec(bytes: Uint8Array): bigint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [seconds, nanoseconds] = [view.getBigInt64(0, true), view.getBigInt64(8, true)];
  if (seconds < 0n || nanoseconds < 0n || nanoseconds >= second) return undefined;
  return seconds * second + nanoseconds;
}

/** struct timeval: seconds s64 @0, microseconds s64 @8. */
export function encodeTimeval(nanoseconds: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, nanoseconds / second, true);
  view.setBigInt64(8, (nanoseconds % second) / 1000n, true);
  return bytes;
}

/** Nanoseconds, or undefined where the fields make no time. */
export function decodeTimeval(bytes: Uint8Array): bigint | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [seconds, microseconds] = [view.getBigInt64(0, true), view.getBigInt64(8, true)];
  if (seconds < 0n || microseconds < 0n || microseconds >= 1_000_000n) return undefined;
  return seconds * second + microseconds * 1000n;
}
