import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly err: string;
}

/** Runs the program as a process of its own; `begun` is called once it runs. */
function run(
  words: readonly string[],
  begun: (child: ReturnType<typeof spawn>) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', main, ...words], {
      stdio: 'pipe',
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    let err = '';
    child.stderr.on('data', (piece) => {
      err += String(piece);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal, err }));
    child.on('spawn', () => begun(child));
  });
}

test('a mistake ends the process with code 2 and one line', async () => {
  expect(await run(['boot', 'nowhere.dts'])).toMatchObject({
    code: 2,
    err: 'heapboard: nowhere.dts: no such file\n',
  });
});

test('a reader that goes away is no error', async () => {
  const ended = await run(['boot', 'hikey', '--json'], (child) => child.stdout?.destroy());
  expect(ended).toMatchObject({ code: 0, err: '' });
});

test('a signal ends the process as signals do, which shells show as 128+n', async () => {
  const ended = await run(['boot', '-'], (child) => child.kill('SIGTERM'));
  expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk behind stdout ends it with code 2 and one line',
  async () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, 'boards'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      timeout: 30_000,
    });
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'heapboard: <stdout>: cannot be written: no space left on device\n',
    });
  },
);
