import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FixturePrograms, isInstalled } from '../../emulator/userland/native/testing/programs.ts';
import type { Figure } from './measure.ts';
import type { Limit, Timed } from './subject.ts';

const bundle = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const subject = 'native programs';

/** What a call may cost under supervision. */
const limits: Readonly<Record<string, Limit>> = {
  getppid: { mostTimes: 1.6, measure: 'getppid, native' },
  'ALLOC 4 KiB and close': { mostMilliseconds: 0.1 },
  SYNC: { mostMilliseconds: 0.04 },
};

/** Calls of a program by itself and under both forms of supervision; umockdev's ioctl beside them. */
export const native: Timed = {
  name: subject,
  async figures() {
    if (!isInstalled('gcc') || !existsSync(bundle)) {
      console.error('native: skipped: gcc and a built project are needed');
      return [];
    }
    const programs = new FixturePrograms();
    try {
      const program = programs.c('bench', ['-O2']);
      const alone = figures('native', execFileSync(program, { encoding: 'utf8' }), new Map());
      const medians = new Map(alone.map(({ measure, medianMs }) => [measure, medianMs]));
      const supervised = ['notify', 'ptrace'].flatMap((backend) => {
        const words = [bundle, 'exec', 'hikey', '--native', '--backend', backend, '--', program];
        const { stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
        return figures(backend, stdout, medians);
      });
      return [...alone, ...supervised, ...underUmockdev(programs, program)];
    } finally {
      programs.remove();
    }
  },
};

/** The lines of the program as figures. */
function figures(form: string, output: string, native: ReadonlyMap<string, number>): readonly Figure[] {
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', median, p95, runs] = line.split('\t');
      const medianMs = Number(median) / 1e6;
      const limit = form === 'native' ? undefined : limits[name];
      const base = limit !== undefined && 'measure' in limit ? native.get(limit.measure) : undefined;
      const times = base === undefined ? undefined : medianMs / base;
      return {
        subject,
        measure: `${name}, ${form}`,
        runs: Number(runs),
        medianMs,
        p95Ms: Number(p95) / 1e6,
        limit,
        times,
        within: isWithin(limit, medianMs, times),
      };
    });
}

function isWithin(
  limit: Limit | undefined,
  medianMs: number,
  times: number | undefined,
): boolean | undefined {
  if (limit === undefined) return undefined;
  return 'measure' in limit
    ? times !== undefined && times <= limit.mostTimes
    : medianMs <= limit.mostMilliseconds;
}

/** EVIOCGVERSION of a mocked input device: a request that umockdev answers from a record. */
function underUmockdev(programs: FixturePrograms, program: string): readonly Figure[] {
  if (!isInstalled('umockdev-run')) {
    console.error('native: umockdev is not installed: no figure of it');
    return [];
  }
  const device = join(programs.folder, 'event.umockdev');
  const record = join(programs.folder, 'event.ioctl');
  const sysfs = '/devices/virtual/input/input9/event9';
  writeFileSync(device, `P: ${sysfs}\nN: input/event9\nE: DEVNAME=/dev/input/event9\nE: SUBSYSTEM=input\n`);
  writeFileSync(record, '@DEV /dev/input/event9\nEVIOCGVERSION 0 01000100\n');
  const words = [
    '-d',
    device,
    '-i',
    `/dev/input/event9=${record}`,
    '--',
    program,
    '/dev/input/event9',
    '0x80044501',
  ];
  const { stdout, status } = spawnSync('umockdev-run', words, { encoding: 'utf8' });
  if (status === 0) return figures('umockdev', stdout, new Map());
  console.error('native: umockdev does not answer: no figure of it');
  return [];
}
