import { describe, expect, it } from 'vitest';
import { compileForAarch64, hasCrossCompiler } from '../../testing/cross-compiler.ts';
import { runElfOn } from '../../testing/run-elf.ts';

const wanted = hasCrossCompiler() ? describe : describe.skip;

wanted('a compiled program', () => {
  it('uses heaps, shares a buffer with its child, and runs out of memory', async () => {
    const bytes = compileForAarch64('fixtures/aarch64/heaps.c');
    const seen = await runElfOn('hikey', bytes, { argv: ['heaps', 'linux,cma'] });
    expect(seen.stdout).toBe(
      'child ended with 3 and wrote: from the child\nalloc 1099511627776: Cannot allocate memory\n',
    );
    expect(seen).toMatchObject({ exitCode: 0, leaks: [] });
    expect(seen.areas).toMatchObject([{ name: 'linux,cma', peakBytes: 384 * 1024 + (1 << 20) }]);
  });

  it('is told what it leaked and in which function', async () => {
    const bytes = compileForAarch64('fixtures/aarch64/heaps.c');
    const seen = await runElfOn('hikey', bytes, { argv: ['heaps', 'system', 'leak'] });
    expect(seen.leaks).toMatchObject([
      { program: 'program', function: 'allocate_buffer', heap: 'system', sizeBytes: 1 << 20 },
    ]);
  });

  it('has threads, handlers, pipes and time', async () => {
    const seen = await runElfOn('hikey', compileForAarch64('fixtures/aarch64/threads.c'));
    expect(seen.stdout.split('\n')).toEqual([
      'counted 20000',
      expect.stringMatching(/^signal 10 at /),
      'child said hi and died of signal 6',
      'signal 11 at 0x1234',
      '',
    ]);
    expect(seen.exitCode).toBe(9);
    expect(seen.nanoseconds).toBeGreaterThan(2_000_000_000n);
  });

  it('waits for signals, takes them with their values, and has timers and process groups', async () => {
    const seen = await runElfOn('hikey', compileForAarch64('fixtures/aarch64/signals-and-timers.c'));
    // What the same program prints on a kernel of another machine's.
    expect(seen.stdout.split('\n')).toEqual([
      'a thread got 0, 10',
      'pending: 1 0',
      'handled: 11 12 13 1 2 3',
      'no signal: -1 Resource temporarily unavailable',
      'waited: 0 value 77 code -1 own 1',
      'signalfd: -1 Resource temporarily unavailable',
      'epoll: 1 42',
      'signalfd: 128 signal 17 code 1 status 9 child 1',
      'waitid: 0 code 1 status 9',
      'waitpid: 1 9',
      'waitid: 0 code 2 status 9',
      'timerfd: 1, read 8, more than none 1',
      'interval 2000000',
      'read 8, at least four 1',
      'timer: 1 value 5 code -2',
      'overrun: 1 1',
      'deleted: 0',
      'thread: 0 3',
      'session: 1 1',
      'member died of 15',
      'own group: 0 1',
      'ended: 1',
      'nobody: -1 No such process',
      'policy 0, 0, priorities to 99, nice 0',
      '',
    ]);
    expect(seen.exitCode).toBe(0);
  });

  it('handles signals on a stack of its own, and survives the overflow of the other one', async () => {
    const seen = await runElfOn('hikey', compileForAarch64('fixtures/aarch64/alternate-stack.c'));
    const insideOn = ['inside: own, flags 1, size 65536', 'set inside: Operation not permitted'];
    expect(seen.stdout.split('\n')).toEqual([
      'before: none, flags 2, size 0',
      '5119 bytes: Cannot allocate memory',
      'flags 4: Invalid argument',
      'all of it: done',
      'set: own, flags 0, size 65536',
      'signal 10 on it',
      ...insideOn,
      'signal 11 on it',
      ...insideOn,
      'overflown: own, flags 0, size 65536',
      'child: own, flags 0, size 65536',
      'disarming: done',
      'set: own, flags 80000000, size 65536',
      'signal 10 on it',
      'inside: none, flags 2, size 0',
      'set inside: done',
      'after: own, flags 80000000, size 65536',
      '',
    ]);
    expect(seen.exitCode).toBe(0);
  });

  it('finds the clock in the vDSO, and its own memory by name', async () => {
    const seen = await runElfOn('hikey', compileForAarch64('fixtures/aarch64/vdso.c'));
    expect(seen.stdout.split('\n')).toEqual([
      'clock_gettime 0, set',
      'clock_gettime of no clock -22',
      'clock_getres 0, 1',
      'gettimeofday 0, set',
      'rt_sigreturn is there, nothing else is there',
      "child's heap grows",
      '[heap]',
      '[heap]',
      '[vdso]',
      '[stack]',
      '',
    ]);
    expect(seen.exitCode).toBe(0);
  });

  it('gives the same trace in every run', async () => {
    const bytes = compileForAarch64('fixtures/aarch64/threads.c');
    const [first, second] = [await runElfOn('hikey', bytes), await runElfOn('hikey', bytes)];
    expect(second).toEqual(first);
  });
});
