/** Timers that run out again and again. Plays parts of kernel/time/hrtimer.c; times are in nanoseconds. */

/** How often an interval has ended from `expires` on, that end included, and its first end that is still to come. */
export function forwarded(expires: bigint, interval: bigint, now: bigint): { ends: bigint; next: bigint } {
  const ends = (now - expires) / interval + 1n;
  return { ends, next: expires + ends * interval };
}

/** How long an armed timer still has to go, though nobody may have taken its last end; 0 where it ended for good. */
export function remainingTime(expires: bigint, interval: bigint, now: bigint): bigint {
  if (expires > now) return expires - now;
  return interval === 0n ? 0n : forwarded(expires, interval, now).next - now;
}
