import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { runSmall, usedAtBootBytes, yamlJob } from '../../testing/run-small.ts';
import { shuffled } from './schedule.ts';

const MiB = 1024 * 1024;

describe('steps', () => {
  test('allocate, map, write, sync, read back and close, and leave nothing behind', async () => {
    const outcome = await runSmall([
      yamlJob(`
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
        startBytes: usedAtBootBytes,
        peakBytes: 3 * MiB + usedAtBootBytes,
        endBytes: usedAtBootBytes,
      },
    ]);
    expect(outcome.heaps).toEqual([{ name: 'linux,cma', peakBytes: 3 * MiB }]);
  });

  test('a list of heaps is tried in order', async () => {
    const text = 'steps: [{ alloc: a, heap: [absent, system], size: 4K }, { close: a }]';
    expect((await runSmall([yamlJob(text)])).heaps).toEqual([{ name: 'system', peakBytes: 4096 }]);
  });

  test('a kind is served whatever the heap is called', async () => {
    const text = 'steps: [{ alloc: a, heap: cma, size: 4K }, { close: a }]';
    const named = { areas: [{ name: 'reserved', pageCount: 1024 }] };
    expect((await runSmall([yamlJob(text)], {}, named)).heaps).toEqual([
      { name: 'reserved', peakBytes: 4096 },
    ]);
  });

  test('happen only when they should', async () => {
    const outcome = await runSmall([
      yamlJob(`
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
    expect((await runSmall([yamlJob(text)])).failures).toEqual([]);
  });

  test('parameters may be set from outside', async () => {
    const text = `
parameters: { size: 4K }
variables: { twice: size * 2 }
steps: [{ alloc: a, heap: cma, size: twice }, { close: a }]
`;
    const outcome = await runSmall([yamlJob(text)], { parameters: new Map([['size', 8192n]]) });
    expect(outcome.heaps).toEqual([{ name: 'linux,cma', peakBytes: 16384 }]);
  });

  test('a parameter that no workload has is a mistake', async () => {
    const given = { parameters: new Map([['widht', 1n]]) };
    await expect(
      runSmall([yamlJob('parameters: { width: 1 }\nsteps: [{ exit: 0 }]')], given),
    ).rejects.toThrow('no workload has a parameter "widht"; known are width');
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
    const outcome = runSmall([yamlJob(`steps:\n  - ${steps}`)]);
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
    const outcome = await runSmall([yamlJob(leaky)]);
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
    expect((await runSmall([yamlJob(text)])).leaks).toHaveLength(1);
  });

  test('is not what a failed process leaves behind', async () => {
    const text = 'steps: [{ alloc: a, heap: cma, size: 1M }, { alloc: b, heap: cma, size: 64M }]';
    expect((await runSmall([yamlJob(text)])).leaks).toEqual([]);
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
      const outcome = await runSmall([yamlJob(`steps:\n${steps.map((step) => `  ${step}\n`).join('')}`)]);
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
    const outcome = await runSmall([yamlJob(twins)]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes.map(({ name, job, buffers }) => [name, job, buffers])).toEqual([
      ['w', 'w', 0],
      ['camera', 'w', 2],
      ['camera#2', 'w', 5],
    ]);
    // Round robin: both hold two at once before the first gives up its own.
    expect(outcome.areas[0]?.peakBytes).toBe(5 * MiB + usedAtBootBytes);
  });

  test('a repetition of less than no rounds is a mistake', async () => {
    const text = 'steps:\n  - { repeat: "1 - 2", steps: [{ exit: 0 }] }\n';
    await expect(runSmall([yamlJob(text)])).rejects.toThrow(
      'w.yaml:2:5: repeat: -1 is no number of rounds; it begins at 0',
    );
  });

  test('a value for a parameter that a program does not have is a mistake', async () => {
    const text = twins.replace('frames: 5', 'frame: 5');
    await expect(runSmall([yamlJob(text)])).rejects.toThrow(
      'w.yaml:14:5: program "camera" has no parameter "frame"; known are frames',
    );
  });

  test('take turns at random the same way for the same seed, and other ways for other seeds', async () => {
    const hog = (name: string) =>
      yamlJob(
        'steps:\n  - repeat: 20\n    index: i\n    steps: [{ alloc: "a[i]", heap: cma, size: 1M }]',
        name,
      );
    const tally = async (seed: number) => {
      const outcome = await runSmall([hog('a'), hog('b'), hog('c')], { order: shuffled(seed) });
      return outcome.processes.map(({ buffers }) => buffers).join();
    };
    const runs = await Promise.all([1, 2, 3, 4, 5, 6].map(tally));
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(tally))).toEqual(runs);
    expect(new Set(runs).size).toBeGreaterThan(1);
  });
});
