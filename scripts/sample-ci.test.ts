import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'heapboard-sample-'));

/** Puts the packed package into the sample project, as an installation does; vitest is the one of this checkout. */
function install(): void {
  cpSync(join(root, 'fixtures/sample-ci'), folder, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'heapboard'), { recursive: true });
  execFileSync(
    'tar',
    ['xzf', join(folder, filename), '-C', join(modules, 'heapboard'), '--strip-components=1'],
    { timeout: 60_000, killSignal: 'SIGKILL' },
  );
  for (const name of ['vitest', '@swc']) symlinkSync(join(root, 'node_modules', name), join(modules, name));
}

function run(
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): { readonly code: number | null; readonly text: string } {
  const { NODE_OPTIONS: _, VITEST: __, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env: { ...environment, NO_COLOR: '1', FORCE_COLOR: '0', CI: '1', ...variables },
  });
  return { code: status, text: `${stdout}${stderr}` };
}

const vitest = (file: string) => run(['node_modules/vitest/vitest.mjs', 'run', file]);
const nodeTest = (variables = {}) => run(['--test', 'test/frames.node.mjs'], variables);

describe('a project that uses heapboard/testing', () => {
  beforeAll(install, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes its tests by vitest', () => {
    const { code, text } = vitest('test/frames.test.js');
    expect(text).toContain('3 passed');
    expect(code).toBe(0);
  });

  it('fails a test that leaks, with buffer, heap and the line of the code', () => {
    const { code, text } = vitest('test/leak.test.js');
    expect(text).toMatch(
      /LeakError: buffer 1 of heap linux,cma \(4 KiB\) leaked, allocated at .*frames\.js:\d+:\d+, by the test at .*leak\.test\.js:9:/,
    );
    expect(code).toBe(1);
  });

  it('passes its tests by node:test', () => {
    const { code, text } = nodeTest();
    expect(text).toMatch(/fail 0/);
    expect(code).toBe(0);
  });

  it('fails tests of node:test that leak, each with the line of its own code', () => {
    const { code, text } = nodeTest({ SHOW_LEAK: '1' });
    const leaks = [
      ...text.matchAll(
        /leaked, allocated at .*frames\.js:\d+:\d+, by the test at .*frames\.node\.mjs:(\d+):/g,
      ),
    ];
    expect(new Set(leaks.map(([, line]) => line))).toEqual(new Set(['18', '23', '27']));
    expect(text).toContain('in beforeEach() of node:test pass its context');
    expect(text).toMatch(/pass 1/);
    expect(code).toBe(1);
  });
});
