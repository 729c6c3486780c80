import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FixturePrograms, isInstalled } from '../../emulator/userland/native/testing/programs.ts';
import type { Cost } from './figure.ts';
import type { Timed } from './subject.ts';

const bundle = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const limited = { encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL' } as const;

/** Calls of a program by itself and under both forms of supervision; umockdev's ioctl beside them. */
export const native: Timed = {
  name: 'native programs, alone and supervised',
  async figures() {
    if (!isInstalled('gcc') || !existsSync(bundle)) {
      console.error('native: skipped: gcc and a built project are needed');
      return [];
    }
    const programs = new FixturePrograms();
    try {
      const program = programs.c('bench', ['-O2']);
      const alone = costs('native', execFileSync(program, limited));
      const supervised = ['notify', 'ptrace'].flatMap((backend) => {
        const words = [bundle, 'exec', 'hikey', '--native', '--backend', backend, '--', program];
        const { stdout } = spawnSync(process.execPath, words, limited);
        return costs(backend, stdout);
      });
      return [...alone, ...supervised, ...underUmockdev(programs, program)];
    } finally {
      programs.remove();
    }
  },
};

/** The lines of the program as costs. */
function costs(form: string, output: string): readonly Cost[] {
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', median, p95, runs] = line.split('\t');
      const cost = { unit: 'ms', runs: Number(runs), median: Number(median) / 1e6, p95: Number(p95) / 1e6 };
      return { measure: `${name}, ${form}`, ...cost };
    });
}

/** EVIOCGVERSION of a mocked input device: a request that umockdev answers from a record. */
function underUmockdev(programs: FixturePrograms, program: string): readonly Cost[] {
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
  const { stdout, status } = spawnSync('umockdev-run', words, limited);
  if (status === 0) return costs('umockdev', stdout);
  console.error('native: umockdev does not answer: no figure of it');
  return [];
}
