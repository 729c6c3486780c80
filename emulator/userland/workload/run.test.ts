import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { O_CLOEXEC, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { type SmallKernelOptions, smallKernel } from '../../testing/small-kernel.ts';
import { System } from '../../whatif/system.ts';
import { workloadHost } from '../../whatif/workload-host.ts';
import type { Failure } from './outcome.ts';
import type { ProgramMain } from './program-actor.ts';
import { type Job, type RunOptions, runJobs } from './run.ts';
import { shuffled } from './schedule.ts';
import { parseWorkload } from './workload.ts';

const MiB = 1024 * 1024;
/** What the kernel's own DMA pools take of the default area at boot. */
const atBoot = 96 * 4096;

function yaml(text: string, name = 'w'): Job {
  return { workload: parseWorkload(text, `${name}.yaml`, name) };
}

function program(main: ProgramMain): Job {
  return { program: { name: 'prog', file: 'prog.mjs', main } };
}

/** A default area of 32 MiB called linux,cma, unless options say otherwise. */
function run(jobs: readonly Job[], options: RunOptions = {}, kernel: SmallKernelOptions = {}) {
  const host = workloadHost(new System({ kernel: smallKernel(kernel) }, undefined));
  return runJobs(jobs, host, options);
}

async function failuresOf(text: string, options: RunOptions = {}): Promise<readonly Failure[]> {
  return (await run([yaml(text)], options)).failures;
}

async function onlyFailure(text: string, options: RunOptions = {}): Promise<Failure> {
  const [failure, ...more] = await failuresOf(text, options);
  expect(more).toEqual([]);
  if (failure === undefined) throw new Error('nothing failed');
  return failure;
}

describe('steps', () => {
  test('allocate, map, write, sync, read back and close, and leave nothing behind', async () => {
    const outcome = await run([
      yaml(`
parameters: { count: 3 }
steps:
  - { open: h, heap: cma }
  - repeat: count
    index: i
    steps:
      - { alloc: "fb[i]", from: h, size: 1M }
      - { map: "fb[i]" }
      - { sync: "fb[i]", start: write }
      - { write: "fb[i]", byte: 10 + i }
      - { write: "fb[i]", offset: 4K, text: heapboard }
      - { sync: "fb[i]", end: write }
  - expect: { heaps: ["linux,cma", system], noHeaps: [reserved], buffers: count, areas: { default: { usedBytes: 3M + 384K } } }
  - repeat: count
    index: i
    steps:
      - { read: "fb[i]", length: 4K, byte: 10 + i }
      - { read: "fb[i]", offset: 4K, text: heapboard }
  - { unmap: "fb[*]" }
  - { close: "fb[*]" }
  - { close: h }
  - expect: { buffers: 0, areas: { "linux,cma": { usedPages: 96, largestFreeBytes: 32M - 384K } } }
`),
    ]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.leaks).toEqual([]);
    expect(outcome.processes).toMatchObject([
      { name: 'w', exitCode: 0, buffers: 3, allocatedBytes: 3 * MiB, steps: { alloc: 3, close: 2, read: 6 } },
    ]);
    expect(outcome.areas).toEqual([
      {
        name: 'linux,cma',
        sizeBytes: 32 * MiB,
        startBytes: atBoot,
        peakBytes: 3 * MiB + atBoot,
        endBytes: atBoot,
      },
    ]);
    expect(outcome.heaps).toEqual([{ name: 'linux,cma', peakBytes: 3 * MiB }]);
  });

  test('a list of heaps is tried in order', async () => {
    const text = 'steps: [{ alloc: a, heap: [absent, system], size: 4K }, { close: a }]';
    expect((await run([yaml(text)])).heaps).toEqual([{ name: 'system', peakBytes: 4096 }]);
  });

  test('a kind is served whatever the heap is called', async () => {
    const text = 'steps: [{ alloc: a, heap: cma, size: 4K }, { close: a }]';
    const named = { areas: [{ name: 'reserved', pageCount: 1024 }] };
    expect((await run([yaml(text)], {}, named)).heaps).toEqual([{ name: 'reserved', peakBytes: 4096 }]);
  });

  test('happen only when they should', async () => {
    const outcome = await run([
      yaml(`
steps:
  - repeat: 6
    index: i
    steps: [{ alloc: "a[i]", heap: system, size: 4K }]
  - repeat: 6
    index: i
    steps: [{ close: "a[i]", when: i % 2 == 0 }]
  - expect: { buffers: 3 }
  - { close: "a[*]" }
`),
    ]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes[0]?.steps.close).toBe(4);
  });

  test('a mapping keeps a buffer whose descriptor is closed, and so does a dup', async () => {
    const text = `
steps:
  - { alloc: a, heap: cma, size: 1M }
  - { map: a }
  - { dup: a, as: b }
  - { close: a }
  - { close: b }
  - expect: { buffers: 1 }
  - { unmap: a }
  - expect: { buffers: 0 }
`;
    expect(await failuresOf(text)).toEqual([]);
  });

  test('parameters may be set from outside', async () => {
    const text = `
parameters: { size: 4K }
variables: { twice: size * 2 }
steps: [{ alloc: a, heap: cma, size: twice }, { close: a }]
`;
    const outcome = await run([yaml(text)], { parameters: new Map([['size', 8192n]]) });
    expect(outcome.heaps).toEqual([{ name: 'linux,cma', peakBytes: 16384 }]);
  });

  test('a parameter that no workload has is a mistake', async () => {
    const given = { parameters: new Map([['widht', 1n]]) };
    await expect(run([yaml('parameters: { width: 1 }\nsteps: [{ exit: 0 }]')], given)).rejects.toThrow(
      'no workload has a parameter "widht"; known are width',
    );
  });
});

describe('a failure', () => {
  test('that a step expects is none', async () => {
    const outcome = await run([
      yaml(
        'steps: [{ alloc: a, heap: cma, size: 64M, fails: ENOMEM }, { open: h, heap: absent, fails: [ENOENT, ENXIO] }]',
      ),
    ]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes).toMatchObject([{ exitCode: 0, expectedFailures: 2 }]);
  });

  test('that a step expects and that does not come is one', async () => {
    expect(await onlyFailure('steps:\n  - { alloc: a, heap: cma, size: 4K, fails: ENOMEM }')).toMatchObject({
      position: { line: 2 },
      problem: 'succeeded, where ENOMEM was expected',
      difference: { expected: 'ENOMEM', seen: 'success' },
    });
  });

  test('of another kind than expected names both', async () => {
    const failure = await onlyFailure('steps: [{ alloc: a, heap: cma, size: 0, fails: ENOMEM }]');
    expect(failure.problem).toBe('ioctl failed with EINVAL, where ENOMEM was expected');
    expect(failure.difference).toEqual({ what: 'errno', expected: 'ENOMEM', seen: 'EINVAL' });
  });

  test('tells the step with its place and its loop, and what the area looked like', async () => {
    const failure = await onlyFailure(`
steps:
  - repeat: 8
    index: i
    steps:
      - { alloc: "a[i]", heap: cma, size: 5M }
`);
    expect(failure).toMatchObject({
      process: 'w',
      position: { file: 'w.yaml', line: 6, column: 9 },
      step: 'alloc a[i] (i = 6)',
      problem: 'ioctl failed with ENOMEM',
      code: 'ENOMEM',
    });
    expect(failure.why).toEqual([
      'CMA area linux,cma: 1.6 MiB of 32 MiB free, largest run 1 MiB; 5 MiB were asked for',
    ]);
  });

  test('by fragmentation shows in the largest run', async () => {
    const failure = await onlyFailure(`
steps:
  - repeat: 31
    index: i
    steps: [{ alloc: "a[i]", heap: cma, size: 1M }]
  - repeat: 31
    index: i
    steps: [{ close: "a[i]", when: i % 2 == 1 }]
  - { alloc: big, heap: cma, size: 2M }
`);
    expect(failure.why).toEqual([
      'CMA area linux,cma: 15.6 MiB of 32 MiB free, largest run 1 MiB; 2 MiB were asked for',
    ]);
  });

  test('of more than the area says so', async () => {
    const failure = await onlyFailure('steps: [{ alloc: a, heap: cma, size: 33M }]');
    expect(failure.why[0]).toContain('more than the whole area');
  });

  test('on a heap that is not there lists those that are', async () => {
    const failure = await onlyFailure('steps: [{ alloc: a, heap: "linux,cam", size: 1 }]');
    expect(failure).toMatchObject({ code: 'ENOENT', isUnknownHeap: true });
    expect(failure.why[0]).toBe(
      'unknown heap "linux,cam"; this system has system, linux,cma; did you mean linux,cma?',
    );
  });

  test('for want of permission tells who asked and whose the nodes are', async () => {
    const failure = await onlyFailure(
      'credentials: { uid: 1000, groups: [44] }\nsteps: [{ open: h, heap: cma }]',
    );
    expect(failure).toMatchObject({ code: 'EACCES', isUnknownHeap: false });
    expect(failure.why[0]).toContain('the process has uid 1000, gid 1000 and groups 44; the nodes are ');
    expect(failure.why[0]).toContain('linux,cma 0600 0:0');
  });

  test('of an expectation tells both figures', async () => {
    const failure = await onlyFailure(
      'steps: [{ expect: { areas: { default: { freePages: { max: 5 } } } } }]',
    );
    expect(failure.problem).toBe('freePages of area linux,cma: expected at most 5, got 8096');
  });

  test.each([
    ['{ expect: { heaps: [reserved] } }', 'heaps: expected reserved, got system, linux,cma'],
    ['{ expect: { noHeaps: [system] } }', 'heaps: expected no system, got system, linux,cma'],
    ['{ expect: { areas: { absent: { usedPages: 0 } } } }', 'areas: expected absent, got linux,cma'],
    ['{ expect: { areas: { default: { usedPages: { min: 97 } } } } }', 'expected at least 97, got 96'],
    ['{ expect: { buffers: 2 } }', 'live buffers: expected 2, got 0'],
  ])('of %s', async (step, problem) => {
    expect((await onlyFailure(`steps: [${step}]`)).problem).toContain(problem);
  });

  test('of what is read back tells the byte', async () => {
    const failure = await onlyFailure(`
steps:
  - { alloc: a, heap: system, size: 8K }
  - { map: a }
  - { write: a, offset: 5000, length: 1, byte: 7 }
  - { read: a, byte: 0 }
`);
    expect(failure.problem).toBe('byte 5000 of a: expected 0x00, got 0x07');
  });

  test('ends its process, not the others', async () => {
    const outcome = await run([
      yaml('steps: [{ alloc: a, heap: cma, size: 64M }, { alloc: b, heap: cma, size: 4K }]', 'one'),
      yaml('steps: [{ alloc: a, heap: cma, size: 4K }, { close: a }]', 'two'),
    ]);
    expect(outcome.processes.map(({ name, exitCode, buffers }) => ({ name, exitCode, buffers }))).toEqual([
      { name: 'one', exitCode: 1, buffers: 0 },
      { name: 'two', exitCode: 0, buffers: 1 },
    ]);
  });

  test('by a signal can be expected too', async () => {
    const text =
      'steps:\n  - { alloc: a, heap: system, size: 4K }\n  - { map: a }\n  - { write: a, offset: 1G, length: 1, byte: 1, fails: SIGSEGV }\n  - { close: a }';
    const outcome = await run([yaml(text)]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes[0]?.steps.close).toBeUndefined();
  });

  test('by the OOM killer is told, and can be expected', async () => {
    const huge = '{ alloc: a, heap: system, size: 64G';
    expect(await onlyFailure(`steps: [${huge} }]`)).toMatchObject({ code: 'SIGKILL' });
    expect(await failuresOf(`steps: [${huge}, fails: SIGKILL }]`)).toEqual([]);
  });

  test('for want of a heap of the kind tells what the configuration leaves out', async () => {
    const text = 'steps: [{ open: h, heap: cma }]';
    const { failures } = await run([yaml(text)], {}, { symbols: ['DMABUF_HEAPS_CMA=n'] });
    expect(failures[0]).toMatchObject({ code: 'ENOENT', isUnknownHeap: false });
    expect(failures[0]?.why.slice(0, 2)).toEqual([
      'no heap of the kind cma: this system has system',
      expect.stringMatching(/^DMABUF_HEAPS_CMA is not set in reference 6\.1/),
    ]);
  });

  test('an exit code other than 0 is one', async () => {
    expect((await onlyFailure('steps: [{ exit: 3 }]')).problem).toBe('ended with exit code 3');
  });
});

describe('a workload that makes no sense here is a mistake of its author', () => {
  test.each([
    ['{ close: a }', 'w.yaml:2:5: nothing called a is held; nothing is'],
    ['{ alloc: a, heap: system, size: 4K }\n  - { write: a, byte: 1 }', 'w.yaml:3:5: a is not mapped'],
    ['{ alloc: a, heap: system, size: 4K }\n  - { alloc: a, heap: system, size: 4K }', 'a is still held'],
    ['{ open: h, heap: system }\n  - { map: h }', 'h is a heap, not a buffer'],
    ['{ alloc: a, heap: system, size: 4K }\n  - { alloc: b, from: a, size: 4K }', 'a is not an open heap'],
    ['{ alloc: a, heap: system, size: 4K }\n  - { map: a }\n  - { map: a }', 'a is mapped already'],
    ['{ alloc: a, heap: system, size: 4K }\n  - { map: a }\n  - { write: a, byte: 256 }', '256 is no byte'],
    ['{ alloc: a, heap: system, size: 1 / 0 }', 'w.yaml:2:5: division by zero'],
  ])('%s', async (steps, message) => {
    const outcome = run([yaml(`steps:\n  - ${steps}`)]);
    await expect(outcome).rejects.toBeInstanceOf(InputError);
    await expect(outcome).rejects.toThrow(message);
  });
});

describe('a leak', () => {
  const leaky = `
steps:
  - { alloc: kept, heap: cma, size: 1M }
  - repeat: 2
    index: i
    steps:
      - { alloc: "lost[i]", heap: system, size: 64K }
  - { close: kept }
`;

  test('is a buffer that vanished with its process, with its step', async () => {
    const outcome = await run([yaml(leaky)]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.leaks).toEqual(
      [0, 1].map((i) => ({
        process: 'w',
        heap: 'system',
        sizeBytes: 65536,
        position: { file: 'w.yaml', line: 7, column: 9 },
        step: `alloc lost[i] (i = ${i})`,
      })),
    );
  });

  test('is a buffer that only a mapping held', async () => {
    const text = 'steps: [{ alloc: a, heap: cma, size: 1M }, { map: a }, { close: a }]';
    expect((await run([yaml(text)])).leaks).toHaveLength(1);
  });

  test('is not what a failed process leaves behind', async () => {
    const text = 'steps: [{ alloc: a, heap: cma, size: 1M }, { alloc: b, heap: cma, size: 64M }]';
    expect((await run([yaml(text)])).leaks).toEqual([]);
  });
});

test('whatever is allocated and closed, exactly the rest leaks, and no area stays fuller than it was', async () => {
  const buffer = fc.record({
    heap: fc.constantFrom('cma', 'system'),
    sizeBytes: fc.integer({ min: 1, max: 2 * MiB }),
    isClosed: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(buffer, { minLength: 1, maxLength: 10 }), async (buffers) => {
      const steps = [
        ...buffers.map(
          ({ heap, sizeBytes }, i) => `- { alloc: "b[${i}]", heap: ${heap}, size: ${sizeBytes} }`,
        ),
        ...buffers.flatMap(({ isClosed }, i) => (isClosed ? [`- { close: "b[${i}]" }`] : [])),
        '- { exit: 0 }',
      ];
      const outcome = await run([yaml(`steps:\n${steps.map((step) => `  ${step}\n`).join('')}`)]);
      const open = buffers.filter(({ isClosed }) => !isClosed);
      expect(outcome.failures).toEqual([]);
      expect(outcome.leaks.map(({ sizeBytes }) => sizeBytes)).toEqual(
        open.map(({ sizeBytes }) => Math.ceil(sizeBytes / 4096) * 4096),
      );
      for (const area of outcome.areas) expect(area.endBytes).toBe(area.startBytes);
    }),
    { numRuns: 20 },
  );
});

describe('processes', () => {
  const twins = `
parameters: { size: 1M }
programs:
  camera:
    parameters: { frames: 2 }
    steps:
      - repeat: frames
        index: i
        steps:
          - { alloc: "f[i]", heap: cma, size: size }
      - { close: "f[*]" }
steps:
  - { spawn: camera }
  - { spawn: camera, with: { frames: 5 } }
  - { wait: camera }
  - expect: { buffers: 0 }
`;

  test('are started from programs, run side by side, and are waited for', async () => {
    const outcome = await run([yaml(twins)]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes.map(({ name, job, buffers }) => [name, job, buffers])).toEqual([
      ['w', 'w', 0],
      ['camera', 'w', 2],
      ['camera#2', 'w', 5],
    ]);
    // Round robin: both hold two at once before the first gives up its own.
    expect(outcome.areas[0]?.peakBytes).toBe(5 * MiB + atBoot);
  });

  test('a value for a parameter that a program does not have is a mistake', async () => {
    const text = twins.replace('frames: 5', 'frame: 5');
    await expect(run([yaml(text)])).rejects.toThrow(
      'w.yaml:14:5: program "camera" has no parameter "frame"; known are frames',
    );
  });

  test('take turns at random the same way for the same seed, and other ways for other seeds', async () => {
    const hog = (name: string) =>
      yaml('steps:\n  - repeat: 20\n    index: i\n    steps: [{ alloc: "a[i]", heap: cma, size: 1M }]', name);
    const tally = async (seed: number) => {
      const outcome = await run([hog('a'), hog('b'), hog('c')], { order: shuffled(seed) });
      return outcome.processes.map(({ buffers }) => buffers).join();
    };
    const runs = await Promise.all([1, 2, 3, 4, 5, 6].map(tally));
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(tally))).toEqual(runs);
    expect(new Set(runs).size).toBeGreaterThan(1);
  });
});

describe('a program', () => {
  test('works on its process and returns an exit code', async () => {
    const outcome = await run([
      program(async (process) => {
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
    expect((await run([program(() => undefined)])).failures).toEqual([]);
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
    const { failures } = await run([program(main)]);
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
    const { failures } = await run([program(main)]);
    expect(failures[0]?.why[0]).toBe(why);
  });

  test('may end its process itself', async () => {
    const { processes } = await run([
      program((process) => {
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
    await run([program(main), program(other)]);
    expect(order).toEqual(['1', '2', '3']);
  });

  test('runs beside workloads', async () => {
    const { processes } = await run([
      yaml('steps: [{ exit: 0 }]'),
      program(() => 0),
      yaml('steps: [{ exit: 0 }]'),
    ]);
    expect(processes.map(({ name }) => name)).toEqual(['w', 'prog', 'w#2']);
  });
});
