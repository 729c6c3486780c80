import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-children: skipped: there is no gcc');
const hasCtest = isInstalled('ctest');
if (!hasCtest) console.log('native-ctest: skipped: there is no ctest');

const account = z.object({
  status: z.number(),
  processes: z.array(z.object({ program: z.string(), buffers: z.number() })),
  leaks: z.array(z.object({ program: z.string(), mapped: z.boolean() })),
});

const area = '/dev/dma_heap/linux,cma';

describe.skipIf(!canRun).each(['notify', 'ptrace'])('what programs start, under %s', (backend) => {
  const programs = new FixturePrograms();
  const paths = { children: '', other: '', chain: '', chainOther: '' };
  beforeAll(() => {
    paths.children = programs.c('children');
    paths.other = programs.c('children', ['-static']);
    paths.chain = programs.c('exec-chain');
    paths.chainOther = programs.c('exec-chain', ['-static']);
  });
  afterAll(() => programs.remove());

  function run(script: string) {
    const words = ['hikey', '--native', '--json', '--backend', backend, '--', 'bash', '-c', script];
    const { stdout, stderr } = exec(words);
    return { ...account.parse(JSON.parse(stdout)), said: stderr };
  }

  it('has the board under it: vfork, posix_spawn, clone, exec by a thread, a server; static and dynamic', () => {
    const { children, other } = paths;
    const { status, said, leaks } = run(
      `${children} all ${area} ${other} && ${other} all ${area} ${children}`,
    );
    expect([status, said]).toEqual([0, 'children: passed\n'.repeat(2)]);
    expect(leaks).toEqual([]);
  });

  it('keeps what it holds over an exec, through static and dynamic programs in turns', () => {
    const { status, said, leaks } = run(`CHAIN_OTHER=${paths.chainOther} ${paths.chain} ${area} 4`);
    expect([status, said]).toEqual([0, 'exec-chain: passed\n']);
    // The last of the chain is the dynamic one again; it leaves a mapping.
    expect(leaks).toEqual([{ program: 'exec-chain', mapped: true }]);
  });

  it('is counted process by process in shells, with pipes, subshells and jobs in the background', () => {
    const one = `${paths.children} allocate ${area}`;
    const { status, processes, leaks } = run(
      `(${one}) && ${one} | cat && { ${one} & wait $!; } && x=$(${one}; echo $?) && exit 3$x`,
    );
    expect(status).toBe(30);
    expect(processes).toEqual(Array(4).fill({ program: 'children', buffers: 1 }));
    expect(leaks).toEqual([]);
  });

  it('may be a runner of tests, which tells failures by exit code and by signal', () => {
    const tests = [`${paths.children} allocate ${area}`, 'cat /dev/dma_heap/absent', 'kill -SEGV $$'];
    const runner = tests.map((test) => `bash -c '${test}' 2>/dev/null; echo "result $?"`).join('\n');
    const { said, status } = run(`${runner}\nexit 0`);
    expect([status, said.match(/^result \d+/gm)]).toEqual([0, ['result 0', 'result 1', 'result 139']]);
  });

  it.skipIf(!hasCtest)('may be ctest, with tests at once', () => {
    const folder = `${programs.folder}/suite`;
    mkdirSync(folder);
    const test = (name: string, heap: string) => `add_test(${name} "${paths.other}" allocate ${heap})`;
    const tests = [
      ...['one', 'two', 'three'].map((name) => test(name, area)),
      test('absent', '/dev/dma_heap/absent'),
    ];
    writeFileSync(`${folder}/CTestTestfile.cmake`, `${tests.join('\n')}\n`);
    const { status, said, processes } = run(`cd ${folder} && ctest -j 2`);
    expect(said).toContain('75% tests passed, 1 tests failed out of 4');
    expect(status).toBe(8);
    expect(processes).toEqual(Array(3).fill({ program: 'children.static', buffers: 1 }));
  });
});
