import { describe, expect, it } from 'vitest';
import { smallKernel } from '../../testing/small-kernel.ts';
import { SyscallError } from '../../userland/errors.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import { signals } from '../uapi/signal.ts';

const second = 1_000_000_000n;
const centuries = 2n ** 62n / second;

/** Writes 64-bit fields into memory of the process; where they lie. */
function fields(process: Process, ...values: readonly bigint[]): number {
  const address = Number(process.memory.allocate(8 * values.length));
  process.memory.write(address, new Uint8Array(new BigInt64Array(values).buffer));
  return address;
}

/** setitimer(): in microseconds. */
function setTimer(process: Process, interval: bigint, first: bigint, old = 0): void {
  process.syscall('setitimer', 0, fields(process, 0n, interval, 0n, first), old);
}

/** Sleeps; whether nothing interrupted it. */
function sleep(process: Process, seconds: bigint, nanoseconds = 0n): boolean {
  try {
    process.syscall('nanosleep', fields(process, seconds, nanoseconds), 0);
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'EINTR') return false;
    throw error;
  }
}

function started(): { kernel: Kernel; process: Process } {
  const kernel = smallKernel();
  return { kernel, process: spawnProcess(kernel) };
}

describe('an interval timer', () => {
  it('fires again and again where its signal is handled', () => {
    const { process } = started();
    let alarms = 0;
    process.onSignal(signals.SIGALRM, () => {
      alarms += 1;
    });
    setTimer(process, 1000n, 1000n);
    for (let round = 0; round < 3; round += 1) expect(sleep(process, 1n)).toBe(false);
    expect(alarms).toBe(3);
  });

  it.each(['ignored', 'blocked'])('does not begin its next interval where its signal is %s', (how) => {
    const { kernel, process } = started();
    if (how === 'ignored')
      process.syscall('rt_sigaction', signals.SIGALRM, fields(process, 1n, 0n, 0n, 0n), 0, 8);
    else process.syscall('rt_sigprocmask', 0, fields(process, 1n << BigInt(signals.SIGALRM - 1)), 0, 8);
    setTimer(process, 1n, 1n);
    expect(sleep(process, centuries)).toBe(true);
    expect(kernel.timers.next).toBe(undefined);
  });

  it('tells what is left of it', () => {
    const { process } = started();
    const setting = fields(process, 0n, 0n, 0n, 0n);
    setTimer(process, 7n, 400_000n);
    sleep(process, 0n, 100_000_000n);
    process.syscall('getitimer', 0, setting);
    const [, interval, , left] = new BigInt64Array(process.memory.read(setting, 32).slice().buffer);
    expect(interval).toBe(7n);
    expect(left).toBeGreaterThan(299_000n);
    expect(left).toBeLessThanOrEqual(300_000n);
  });

  it('ends with its process', () => {
    const { kernel, process } = started();
    setTimer(process, 1n, 1000n);
    process.exit(0);
    expect(kernel.timers.next).toBe(undefined);
  });
});

describe('time', () => {
  it('goes on in nanoseconds after centuries', () => {
    const { kernel, process } = started();
    expect(sleep(process, centuries)).toBe(true);
    const before = kernel.clock.now;
    expect(sleep(process, 0n, 1n)).toBe(true);
    expect(kernel.clock.now - before).toBeLessThan(second);
    expect(kernel.clock.now - before).toBeGreaterThan(0n);
  });
});
