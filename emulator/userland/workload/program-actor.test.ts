import { describe, expect, test } from 'vitest';
import { O_CLOEXEC, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { programJob, runSmall, yamlJob } from '../../testing/run-small.ts';
import type { ProgramMain } from './program-actor.ts';

describe('a program', () => {
  test('works on its process and returns an exit code', async () => {
    const outcome = await runSmall([
      programJob(async (process) => {
        const heap = process.open('/dev/dma_heap/system', O_RDWR | O_CLOEXEC);
        process.close(process.dmaHeapAlloc(heap, 4096n, O_RDWR));
        return 0;
      }),
    ]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.heaps).toEqual([{ name: 'system', peakBytes: 4096 }]);
    expect(outcome.processes).toMatchObject([{ name: 'prog', exitCode: 0 }]);
  });

  test('without an exit code has ended well', async () => {
    expect((await runSmall([programJob(() => undefined)])).failures).toEqual([]);
  });

  test.each([
    ['an exit code other than 0', () => 5, 'ended with exit code 5'],
    ['what is no exit code', () => 'fine', 'returned fine, which is no exit code'],
    [
      'a failed call that it does not catch',
      (process: Parameters<ProgramMain>[0]) => process.open('/dev/dma_heap/absent', O_RDWR),
      'ENOENT: no such file or directory, openat',
    ],
  ])('fails by %s', async (_, main, problem) => {
    const { failures } = await runSmall([programJob(main)]);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.problem).toContain(problem);
  });

  test.each([
    [
      'a heap that is not there',
      (process: Parameters<ProgramMain>[0]) => process.open('/dev/dma_heap/x', O_RDWR),
      'this system has system, linux,cma',
    ],
    [
      'more memory than is free',
      (process: Parameters<ProgramMain>[0]) =>
        process.dmaHeapAlloc(process.open('/dev/dma_heap/linux,cma', O_RDWR), 1n << 30n, O_RDWR),
      'CMA area linux,cma: 31.6 MiB of 32 MiB free, largest run 31.6 MiB',
    ],
  ])('that asks for %s is told what there is', async (_, main, why) => {
    const { failures } = await runSmall([programJob(main)]);
    expect(failures[0]?.why[0]).toBe(why);
  });

  test('may end its process itself', async () => {
    const { processes } = await runSmall([
      programJob((process) => {
        process.exit(0);
        process.open('/dev/dma_heap/system', O_RDWR);
      }),
    ]);
    expect(processes).toMatchObject([{ exitCode: 0 }]);
  });

  test('lets others work between its turns', async () => {
    const seen: number[] = [];
    const main: ProgramMain = async (_process, { turn }) => {
      for (let round = 0; round < 3; round += 1) {
        seen.push(round);
        await turn();
      }
    };
    const order: string[] = [];
    const other: ProgramMain = async (_process, { turn }) => {
      for (let round = 0; round < 3; round += 1) {
        order.push(`${seen.length}`);
        await turn();
      }
    };
    await runSmall([programJob(main), programJob(other)]);
    expect(order).toEqual(['1', '2', '3']);
  });

  test('runs beside workloads', async () => {
    const { processes } = await runSmall([
      yamlJob('steps: [{ exit: 0 }]'),
      programJob(() => 0),
      yamlJob('steps: [{ exit: 0 }]'),
    ]);
    expect(processes.map(({ name }) => name)).toEqual(['w', 'prog', 'w#2']);
  });

  test('puts another program in its place, with the words that it is given', async () => {
    const seen: unknown[] = [];
    const { failures, processes } = await runSmall([
      programJob((process) => process.execve('/usr/bin/prog', ['prog', 'again'])),
      programJob((process, { argv }) => {
        seen.push(process.pid, argv);
        return 0;
      }),
    ]);
    // The second program lies where the first one did, and runs in both processes.
    expect(seen).toEqual([2, ['prog', 'again'], 3, ['prog']]);
    expect(failures).toEqual([]);
    expect(processes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });

  test('of a workload goes on as another one', async () => {
    const { failures, processes, leaks } = await runSmall([
      yamlJob(`
programs:
  second:
    parameters: { size: 8K }
    steps:
      - { expect: { buffers: 1 } }
      - { alloc: own, heap: system, size: size }
      - { close: own }
steps:
  - { alloc: kept, heap: system, size: 4K, cloexec: false }
  - { alloc: gone, heap: system, size: 4K }
  - { exec: second }
  - { exit: 9 }
`),
    ]);
    expect(failures).toEqual([]);
    expect(processes).toMatchObject([{ exitCode: 0, steps: { alloc: 3, exec: 1 } }]);
    expect(leaks).toHaveLength(1);
  });
});
