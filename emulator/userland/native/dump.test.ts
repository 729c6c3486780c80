import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
const root = fileURLToPath(new URL('../../..', import.meta.url));

describe.skipIf(!canRun).each(['notify', 'ptrace'])('--dump-buffers by %s', (backend) => {
  const programs = new FixturePrograms();
  let holder = '';
  beforeAll(() => {
    holder = programs.c('holder');
  });
  afterAll(() => programs.remove());

  it('writes every buffer at SIGUSR1, and again when a signal ends the program', async () => {
    const folder = `${programs.folder}/${backend}`;
    const options = ['--native', '--backend', backend, '--dump-buffers', folder];
    const heaps = ['/dev/dma_heap/linux,cma', '/dev/dma_heap/system'];
    const words = [...commandLine(), 'exec', 'hikey', ...options, '--', holder, ...heaps];
    const supervisor = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const ended = new Promise((resolve) => supervisor.once('exit', resolve));
    const pid = await new Promise<number>((resolve) =>
      supervisor.stdout.once('data', (text) => resolve(Number(text))),
    );
    supervisor.kill('SIGUSR1');
    const first = `${folder}/1/index.json`;
    while (!existsSync(first) || readFileSync(first).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.kill(pid, 'SIGKILL');
    expect(await ended).toBe(137);

    for (const dump of ['1', '2']) {
      const { buffers } = JSON.parse(readFileSync(`${folder}/${dump}/index.json`, 'utf8'));
      expect(buffers).toEqual(
        ['linux,cma', 'system'].map((heap, index) => {
          const bytes = Buffer.alloc(4096 * (index + 1), `${index + 1}`);
          expect(readFileSync(`${folder}/${dump}/${buffers[index].file}`)).toEqual(bytes);
          return {
            file: expect.stringMatching(/^\d+\.bin$/),
            heap,
            name: `held-${index + 1}`,
            sizeBytes: bytes.length,
            sha256: createHash('sha256').update(bytes).digest('hex'),
          };
        }),
      );
    }
    expect(existsSync(`${folder}/3`)).toBe(false);
  });
});
