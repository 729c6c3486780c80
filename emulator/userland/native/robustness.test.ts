import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled, nativeSource } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');

/** Processes that run a program, by its path, zombies aside. */
function running(program: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
        return state !== 'Z' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${program}\0`);
      } catch {
        return false;
      }
    });
}

/** Waits until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe.skipIf(!canRun).each(['notify', 'ptrace'])('supervision by %s', (backend) => {
  const programs = new FixturePrograms();
  let hostile = '';
  beforeAll(() => {
    hostile = programs.c('hostile');
  });
  afterAll(() => programs.remove());

  it('outlives processes by the hundred, no descriptors, and killed children', () => {
    const script = `${hostile} many 200 && ${hostile} descriptors && ${hostile} killed 10`;
    const run = exec(['hikey', '--native', '--backend', backend, '--', 'sh', '-c', script]);
    expect(run.stdout).toBe('hostile: passed\n'.repeat(3));
    expect(run.status).toBe(0);
  });

  it.skipIf(process.arch !== 'x64')('needs no stack of the program', () => {
    const program = programs.c('unstacked', ['-nostdlib', '-static'], nativeSource('unstacked.S'));
    const run = exec(['hikey', '--native', '--backend', backend, '--', program]);
    expect(run.stderr).toContain('exit 0');
    expect(run.status).toBe(0);
  });

  it('takes all programs with it when it is killed', async () => {
    const words = [
      ...commandLine(),
      'exec',
      'hikey',
      '--native',
      '--backend',
      backend,
      '--',
      hostile,
      'daemon',
    ];
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const supervisor = spawn(process.execPath, words, {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    await new Promise((resolve) => supervisor.stdout.once('data', resolve));
    expect(running(hostile).length).toBeGreaterThanOrEqual(2);
    supervisor.kill('SIGKILL');
    await until(() => running(hostile).length === 0);
    expect(running(hostile)).toEqual([]);
  });

  it('hands SIGTERM on', async () => {
    const words = [
      ...commandLine(),
      'exec',
      'hikey',
      '--native',
      '--backend',
      backend,
      '--',
      hostile,
      'daemon',
    ];
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const supervisor = spawn(process.execPath, words, {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    await new Promise((resolve) => supervisor.stdout.once('data', resolve));
    supervisor.kill('SIGTERM');
    expect(await new Promise((resolve) => supervisor.once('exit', resolve))).toBe(143);
    expect(running(hostile)).toEqual([]);
  });
});
