import { describe, expect, test } from 'vitest';
import { onlyFailure, runSmall, yamlJob } from '../../testing/run-small.ts';

describe('a failure', () => {
  test('that a step expects is none', async () => {
    const outcome = await runSmall([
      yamlJob(
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
    const outcome = await runSmall([
      yamlJob('steps: [{ alloc: a, heap: cma, size: 64M }, { alloc: b, heap: cma, size: 4K }]', 'one'),
      yamlJob('steps: [{ alloc: a, heap: cma, size: 4K }, { close: a }]', 'two'),
    ]);
    expect(outcome.processes.map(({ name, exitCode, buffers }) => ({ name, exitCode, buffers }))).toEqual([
      { name: 'one', exitCode: 1, buffers: 0 },
      { name: 'two', exitCode: 0, buffers: 1 },
    ]);
  });

  test('by a signal can be expected too', async () => {
    const text =
      'steps:\n  - { alloc: a, heap: system, size: 4K }\n  - { map: a }\n  - { write: a, offset: 1G, length: 1, byte: 1, fails: SIGSEGV }\n  - { close: a }';
    const outcome = await runSmall([yamlJob(text)]);
    expect(outcome.failures).toEqual([]);
    expect(outcome.processes[0]?.steps.close).toBeUndefined();
  });

  test('by the OOM killer is told, and can be expected', async () => {
    const huge = '{ alloc: a, heap: system, size: 64G';
    expect(await onlyFailure(`steps: [${huge} }]`)).toMatchObject({ code: 'SIGKILL' });
    expect((await runSmall([yamlJob(`steps: [${huge}, fails: SIGKILL }]`)])).failures).toEqual([]);
  });

  test('for want of a heap of the kind tells what the configuration leaves out', async () => {
    const text = 'steps: [{ open: h, heap: cma }]';
    const { failures } = await runSmall([yamlJob(text)], {}, { symbols: ['DMABUF_HEAPS_CMA=n'] });
    expect(failures[0]).toMatchObject({ code: 'ENOENT', isUnknownHeap: false });
    expect(failures[0]?.why.slice(0, 2)).toEqual([
      'no heap of the kind cma: this system has system',
      expect.stringMatching(/^DMABUF_HEAPS_CMA is not set in reference 6\.1/),
    ]);
  });

  test('for want of leave to open the one heap of a list that is there tells of the leave', async () => {
    const text = 'credentials: { uid: 1000 }\nsteps: [{ open: h, heap: ["linux,cma", reserved] }]';
    expect(await onlyFailure(text)).toMatchObject({
      code: 'ENOENT',
      isUnknownHeap: false,
      why: [expect.stringMatching(/^the process has uid 1000, .*linux,cma 0600 0:0/)],
    });
  });

  test('an exit code other than 0 is one', async () => {
    expect((await onlyFailure('steps: [{ exit: 3 }]')).problem).toBe('ended with exit code 3');
  });
});
