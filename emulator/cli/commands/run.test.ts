import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../../report/run-json.ts';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const heapboard = (...words: readonly string[]) => runCommand(words);

async function json(...words: readonly string[]): Promise<RunDocument> {
  const { out } = await heapboard('run', ...words, '--json');
  return JSON.parse(out) as RunDocument;
}

const broken = 'fixtures/broken/workloads';

describe('heapboard run', () => {
  test('tells of a process that was killed on purpose, and of a fault that never came', async () => {
    const faults = ['--fault', 'kill=gralloc:nth=12', '--fault', 'vanish=absent'];
    const { code, out } = await heapboard('run', 'hikey', 'gralloc', ...faults);
    expect(code).toBe(1);
    expect(out).toMatch(/^ {2}gralloc +SIGKILL /m);
    expect(out).toContain(
      'Went wrong on purpose\n  kill        gralloc        ioctl  SIGKILL\n  never came  vanish=absent\n',
    );
  });

  test('gralloc on a HiKey passes and leaks nothing', async () => {
    const { code, out, err } = await heapboard('run', 'hikey', 'gralloc', '--fail-on-leak');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^hikey: Linux 6\.1/);
    expect(out).toMatch(/gralloc +exit 0 +6 buffers, 118\.65 MiB/);
    expect(out).toMatch(/area linux,cma +\S+ MiB of 128 MiB/);
    expect(out).toContain('Leaked\n  nothing\n');
    expect(out).toMatch(/2 processes passed\n$/);
  });

  test('gralloc on a HiKey960 fails at the place and for the reason that it tells', async () => {
    const { code, out } = await heapboard('run', 'hikey960', 'gralloc');
    expect(code).toBe(1);
    expect(out).toMatch(/fixtures\/workloads\/gralloc\.yaml:\d+:9: gralloc: alloc ultraHd\[i\] \(i = 0\)/);
    expect(out).toMatch(
      /CMA area reserved: [\d.]+ MiB of 32 MiB free, largest run [\d.]+ MiB; 31\.6 MiB were asked for/,
    );
    expect(out).toMatch(/1 process failed\n$/);
  });

  test('its JSON tells the same', async () => {
    const run = await json('hikey', 'gralloc');
    expect(run).toMatchObject({ schemaVersion: 1, board: 'hikey', release: '6.1', passed: true, leaks: [] });
    expect(run.processes.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['gralloc', 0],
      ['application', 0],
    ]);
    const [area] = run.areas;
    expect(area?.name).toBe('linux,cma');
    expect(area?.peakBytes).toBeGreaterThan(118 * 1024 * 1024);
    expect(area?.endBytes).toBe(area?.startBytes);
  });

  test('a parameter changes what is allocated', async () => {
    const run = await json('hikey', 'gralloc', '--param', 'buffers=2');
    expect(run.processes[0]?.buffers).toBe(4);
  });

  test('runs workloads and programs side by side', async () => {
    const program = put(
      'prog.mjs',
      `export default async (process, { turn }) => {
        const heap = process.open('/dev/dma_heap/system', 2);
        const buffer = process.dmaHeapAlloc(heap, 8192n, 2);
        await turn();
        process.close(buffer);
        return 0;
      };`,
    );
    const run = await json('hikey', 'gralloc', program);
    expect(run.passed).toBe(true);
    expect(run.processes.map(({ name }) => name)).toEqual(['gralloc', 'prog', 'application']);
  });

  test('tells where a program made what it leaked', async () => {
    const program = put(
      'leaky.mjs',
      `export default (process) => {
        const heap = process.open('/dev/dma_heap/system', 2);
        process.dmaHeapAlloc(heap, 8192n, 2);
      };`,
    );
    const run = await json('hikey', program);
    expect(run.leaks).toMatchObject([
      { heap: 'system', sizeBytes: 8192, position: { file: program, line: 3 } },
    ]);
  });

  test('what a program prints does not spoil the JSON', async () => {
    const program = put('chatty.mjs', 'export default () => console.log("hello");');
    expect((await json('hikey', program)).passed).toBe(true);
  });

  test('leaks are told, and fail the run where that is wanted', async () => {
    const told = await heapboard('run', 'hikey', `${broken}/leak.yaml`);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(
      /Leaked\n {2}careless +linux,cma +1 MiB +alloc frame\[i\] \(i = 1\) +fixtures\/broken\/workloads\/leak\.yaml:6:9\n/,
    );
    expect((await heapboard('run', 'hikey', `${broken}/leak.yaml`, '--fail-on-leak')).code).toBe(1);
  });

  test('random turns are the same for the same seed', async () => {
    const words = ['hikey', 'gralloc', '--schedule', 'random', '--seed', '7'];
    expect(await json(...words)).toEqual(await json(...words));
  });
});

describe('one line and exit code 2 for', () => {
  test.each([
    [
      'a wrong key',
      [`${broken}/wrong-key.yaml`],
      `${broken}/wrong-key.yaml:5:5: unknown key "sise" in step "alloc"; did you mean size?`,
    ],
    [
      'an unknown heap',
      [`${broken}/unknown-heap.yaml`],
      `${broken}/unknown-heap.yaml:2:5: unknown heap "linux,cam"; this system has system, linux,cma; did you mean linux,cma?`,
    ],
    ['an unknown workload', ['graloc'], 'unknown workload "graloc"; did you mean gralloc?'],
    ['no workload', [], 'run needs <workload>'],
    ['an unknown parameter', ['gralloc', '--param', 'bufers=2'], 'no workload has a parameter "bufers"'],
    ['a parameter that is none', ['gralloc', '--param', 'buffers'], '--param buffers: expected NAME=VALUE'],
    [
      'an unknown schedule',
      ['gralloc', '--schedule', 'fair'],
      '--schedule fair: expected round-robin or random',
    ],
  ])('%s', async (_, words, message) => {
    const { code, out, err } = await heapboard('run', 'hikey', ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
