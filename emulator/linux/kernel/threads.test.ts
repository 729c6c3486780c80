import { describe, expect, it } from 'vitest';
import { programJob, runSmall } from '../../testing/run-small.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { SyscallError } from '../../userland/errors.ts';
import { spawnProcess } from '../../userland/process.ts';
import type { ProgramMain } from '../../userland/workload/program-tools.ts';
import { O_RDWR } from '../uapi/fcntl.ts';
import { signals } from '../uapi/signal.ts';

async function passes(main: ProgramMain): Promise<void> {
  const outcome = await runSmall([programJob(main)]);
  expect(outcome.failures).toEqual([]);
  expect(outcome.processes.every(({ exitCode }) => exitCode === 0)).toBe(true);
}

describe('threads', () => {
  it('share memory, descriptors and the process number', () =>
    passes(async (process, { calls, thread }) => {
      const word = Number(process.memory.allocate(4));
      let seen = 0;
      thread(async (own, { calls: mine }) => {
        seen = own.syscall('getpid');
        const fd = await mine.open('/dev/dma_heap/system', O_RDWR);
        own.memory.write(word, Uint8Array.of(1, 0, 0, fd));
        await mine.futexWake(word);
      });
      await calls.futexWait(word, 0);
      const [done, , , fd = 0] = process.memory.read(word, 4);
      expect(done).toBe(1);
      expect(seen).toBe(process.pid);
      await calls.close(await calls.dmaHeapAlloc(fd, 4096, O_RDWR));
      await calls.close(fd);
    }));

  it('are joined by the word that their end clears', () =>
    passes(async (process, { calls }) => {
      const word = Number(process.memory.allocate(4));
      process.memory.write(word, Uint8Array.of(9, 0, 0, 0));
      const CLONE_CHILD_CLEARTID = 0x200000;
      const worker = process.thread();
      worker.syscall('set_tid_address', word);
      expect(CLONE_CHILD_CLEARTID).toBe(0x200000);
      worker.exitThread();
      await calls.yield();
      expect([...process.memory.read(word, 4)]).toEqual([0, 0, 0, 0]);
    }));

  it('die together, of a signal or by exit_group()', () => {
    const kernel = smallKernel();
    const [first, second] = [spawnProcess(kernel), spawnProcess(kernel)];
    const threads = [first.thread(), second.thread()];
    first.kill(second.pid, signals.SIGTERM);
    threads[0]?.exit(3);
    expect([first, second, ...threads].map(({ isAlive }) => isAlive)).toEqual([false, false, false, false]);
    expect(first.exitStatus).toEqual({ kind: 'exited', code: 3 });
    expect(second.exitStatus).toMatchObject({ kind: 'killed', signal: signals.SIGTERM });
  });

  it('keep the process alive when the first of them ends', () => {
    const kernel = smallKernel();
    const parent = spawnProcess(kernel);
    const child = parent.fork();
    const worker = child.thread();
    child.exitThread(0);
    expect(parent.wait(-1, 1)).toBeUndefined();
    worker.exitThread(4);
    expect(parent.wait()).toEqual({ pid: child.pid, status: { kind: 'exited', code: 4 } });
  });

  it('take signals of their own by tgkill(), which checks the process', () => {
    const kernel = smallKernel();
    const process = spawnProcess(kernel);
    const worker = process.thread();
    const caught: number[] = [];
    worker.onSignal(signals.SIGUSR1, () => caught.push(worker.pid));
    process.syscall('tgkill', process.pid, worker.pid, signals.SIGUSR1);
    worker.yield();
    expect(caught).toEqual([worker.pid]);
    expect(() => process.syscall('tgkill', worker.pid, worker.pid, signals.SIGUSR1)).toThrow('ESRCH');
  });
});

describe('futex()', () => {
  it('does not wait for a word that has changed', () => {
    const process = spawnProcess(smallKernel());
    const word = process.memory.allocate(4);
    expect(() => process.futexWait(word, 5)).toThrow('EAGAIN');
  });

  it('gives up after its time', () => {
    const process = spawnProcess(smallKernel());
    const [word, timeout] = [process.memory.allocate(4), process.memory.allocate(16)];
    process.memory.write(timeout + 8n, Uint8Array.of(0, 0, 1));
    const before = process.now();
    const code = (act: () => unknown) => {
      try {
        return act();
      } catch (error) {
        return error instanceof SyscallError ? error.code : error;
      }
    };
    expect(code(() => process.syscall('futex', word, 0, 0, timeout))).toBe('ETIMEDOUT');
    expect(process.now() - before).toBeGreaterThan(65_000n);
  });

  it('wakes as many as it is told, in their order, also in another process', () =>
    passes(async (process, { calls, fork }) => {
      const shared = await calls.mmap({ length: 4096, prot: 3, flags: 0x21 });
      const order: number[] = [];
      const waiter: ProgramMain = async (own, { calls: mine }) => {
        await mine.futexWait(shared, 0);
        order.push(own.pid);
      };
      const pids = [fork(waiter), fork(waiter), fork(waiter)];
      for (let round = 0; round < 4; round += 1) await calls.yield();
      expect(await calls.futexWake(shared, 2)).toBe(2);
      for (let round = 0; round < 4; round += 1) await calls.yield();
      expect(order).toEqual(pids.slice(0, 2));
      expect(process.futexWake(shared, 9)).toBe(1);
    }));
});
