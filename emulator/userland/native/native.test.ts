import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec, heapboard, nobody } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const account = z.object({
  status: z.number(),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  processes: z.array(z.object({ program: z.string(), buffers: z.number(), allocatedBytes: z.number() })),
  areas: z.array(
    z.object({ name: z.string(), peakBytes: z.number(), startBytes: z.number(), endBytes: z.number() }),
  ),
  leaks: z.array(
    z.object({ program: z.string(), fd: z.number().nullable(), mapped: z.boolean(), sizeBytes: z.number() }),
  ),
});

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native: skipped: there is no gcc');

const area = '/dev/dma_heap/linux,cma';
const forms = ['notify', 'ptrace'] as const;

describe.skipIf(!canRun)('native programs', () => {
  const programs = new FixturePrograms();
  const paths = new Map<string, string>();
  const path = (name: string) => paths.get(name) ?? name;

  beforeAll(() => {
    for (const name of ['lifecycle', 'threads', 'exec-chain', 'leaver']) {
      paths.set(name, programs.c(name));
      paths.set(`${name}.static`, programs.c(name, ['-static']));
    }
    paths.set('raw', programs.c('raw', ['-nostdlib', '-static']));
    if (isInstalled('rustc')) paths.set('raw.rs', programs.rust('raw'));
  });
  afterAll(() => programs.remove());

  const everything = () =>
    [
      ...['', '.static'].flatMap((suffix) => [
        `${path(`lifecycle${suffix}`)} ${area} area`,
        `${path(`lifecycle${suffix}`)} /dev/dma_heap/system`,
        `${path(`threads${suffix}`)} ${area}`,
        `${path(`exec-chain${suffix}`)} ${area}`,
      ]),
      path('raw'),
      ...(paths.has('raw.rs') ? [path('raw.rs')] : []),
    ].join(' && ');

  const users = process.getuid?.() === 0 ? ([undefined, nobody] as const) : ([undefined] as const);
  for (const form of forms) {
    for (const user of users) {
      it(`pass, dynamic, static and raw, under ${form}${user === undefined ? '' : ', unprivileged'}`, () => {
        const words = ['hikey', '--native', '--backend', form, '--', 'sh', '-c', everything()];
        const run = exec(words, user === undefined ? {} : { user });
        const expected = paths.has('raw.rs') ? 10 : 9;
        expect(
          run.stdout
            .trim()
            .split('\n')
            .filter((line) => line.endsWith(': passed')),
        ).toHaveLength(expected);
        expect(run.stdout).not.toContain('failed');
        expect(run.status).toBe(0);
      });
    }

    it(`are accounted for under ${form}: peaks, and what was never let go`, () => {
      const run = exec(['hikey', '--native', '--json', '--backend', form, '--', path('exec-chain'), area]);
      const { areas, leaks, processes } = account.parse(JSON.parse(run.stdout));
      expect(run.stderr).toContain('exec-chain: passed');
      expect(processes).toEqual([expect.objectContaining({ buffers: 6, allocatedBytes: 36864 })]);
      const [cma] = areas;
      expect(cma?.endBytes).toBe(cma?.startBytes);
      expect((cma?.peakBytes ?? 0) - (cma?.startBytes ?? 0)).toBeGreaterThanOrEqual(12288);
      expect(leaks).toEqual([
        { ...leaks[0], program: 'exec-chain', fd: null, mapped: true, sizeBytes: 4096 },
      ]);
    });

    it(`pass on how they ended, and stdin, under ${form}`, () => {
      const shell = (script: string, input?: string) =>
        exec(
          ['hikey', '--native', '--backend', form, '--', 'sh', '-c', script],
          input === undefined ? {} : { input },
        );
      expect(shell('kill -TERM $$').status).toBe(143);
      expect(shell('cat; ls /dev/dma_heap; exit 7', 'from stdin\n')).toMatchObject({
        status: 7,
        stdout: 'from stdin\nlinux,cma\nsystem\n',
      });
    });
  }

  it('see the permissions of the user they are said to be', () => {
    const script = `cat ${area} 2>&1; stat -c %a:%F ${area}; ls -l /sys/class/dma_heap/system`;
    const run = exec(['hikey', '--native', '--user', '1000:44', '--', 'sh', '-c', script]);
    expect(run.stdout).toContain('Permission denied');
    expect(run.stdout).toContain('600:character special file');
    expect(run.stdout).toContain('-> ../../devices/virtual/dma_heap/system');
  });

  it('have their calls written down, replayable, and their buffers dumped', () => {
    const [trace, dump] = [`${programs.folder}/trace.jsonl`, `${programs.folder}/dump`];
    const options = ['--strace', '--record', trace, '--dump-buffers', dump];
    const run = exec(['hikey', '--native', ...options, '--', path('leaver'), area]);
    expect(run.stderr).toMatch(
      /openat\(AT_FDCWD, "\/dev\/dma_heap\/linux,cma", O_RDWR.*\) += \d+ <virtual .* real .*>/,
    );
    expect(run.stderr).toMatch(/DMA_HEAP_IOCTL_ALLOC.*len=8192/);
    const calls = readFileSync(trace, 'utf8')
      .trim()
      .split('\n')
      .map((line) => z.looseObject({}).parse(JSON.parse(line)));
    expect(calls.filter(({ call }) => call === 'ioctl')).toHaveLength(2);
    expect(calls.at(-1)).toEqual({ pid: calls[1]?.process, exit: 0 });
    expect(heapboard(['replay', trace]).stdout).toContain('all 3 calls got what they got before');
    const index = JSON.parse(readFileSync(`${dump}/1/index.json`, 'utf8'));
    expect(index).toMatchObject({ buffers: [{ heap: 'linux,cma', name: 'left', sizeBytes: 8192 }] });
    expect(readFileSync(`${dump}/1/${index.buffers[0].file}`)).toEqual(Buffer.alloc(8192, 0xa5));
  });

  it('die with what they started when the program ends', () => {
    const run = exec(['hikey', '--native', '--', 'sh', '-c', 'sleep 300 & echo $!']);
    const pid = Number(run.stdout);
    expect(pid).toBeGreaterThan(1);
    expect(() => process.kill(pid, 0)).toThrow();
  });
});

describe('exec', () => {
  it('says in one sentence what it cannot run', () => {
    const missing = exec(['hikey', '--native', '--', './no-such-program']);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('there is no program ./no-such-program');
  });
});
