import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { howToAllowPtrace } from './launch.ts';
import { commandLine, exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-refusals: skipped: there is no gcc');

/** What a refused run said: one line that ends with what to do. */
function sentence({ status, stdout, stderr }: ReturnType<typeof exec>): string {
  expect([status, stdout]).toEqual([2, '']);
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^heapboard: native programs cannot be run here: .*; .*\w/);
  return lines[0] ?? '';
}

describe.skipIf(!canRun)('a host that refuses', () => {
  const programs = new FixturePrograms();
  let refuse = '';
  beforeAll(() => {
    refuse = programs.c('refuse');
  });
  afterAll(() => programs.remove());

  const run = (calls: string, ...options: readonly string[]) =>
    exec(['hikey', '--native', ...options, '--', 'ls', '/dev/dma_heap'], { under: [refuse, calls] });

  it.each([
    ['ptrace', 'ptrace is refused; allow it: in a container --cap-add SYS_PTRACE'],
    ['seccomp', 'the host refuses seccomp filters'],
    ['process_vm_readv', 'the host refuses process_vm_readv()'],
    ['process_vm_writev', 'the host refuses process_vm_writev()'],
    ['inotify_init1', 'the host refuses inotify_init1() (EPERM)'],
    ['memfd_create', 'the host refuses memfd_create() (EPERM)'],
  ])('%s is told so in a sentence', (call, words) => {
    expect(sentence(run(call))).toContain(words);
  });

  it('notification gets ptrace in its place, unless the form was asked for', () => {
    expect(run('listener')).toMatchObject({ status: 0, stdout: 'linux,cma\nsystem\n' });
    expect(run('pidfd_getfd')).toMatchObject({ status: 0, stdout: 'linux,cma\nsystem\n' });
    expect(sentence(run('listener', '--backend', 'notify'))).toContain(
      'the host refuses seccomp user notification (Linux 5.14)',
    );
  });

  it('a second one inside the first says so', () => {
    const inner = exec(['hikey', '--native', '--', ...nested(['hikey', '--native', '--', 'true'])]);
    expect(inner.stderr).toMatch(
      /heapboard: native programs cannot be run here: this runs under exec --native already/,
    );
    expect(inner.status).toBe(2);
  });
});

/** A command line of ours, for a program to run. */
function nested(words: readonly string[]): readonly string[] {
  return [process.execPath, ...commandLine(), 'exec', ...words];
}

/** Has Node say something else of the machine that it runs on. */
const pretending = (facts: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(facts)}`,
});

describe('a machine that', () => {
  const run = (facts: string) =>
    exec(['hikey', '--native', '--', 'true'], { environment: pretending(facts) });

  it('is not Linux is told what will do', () => {
    const darwin = "Object.defineProperty(process, 'platform', { value: 'darwin' })";
    expect(sentence(run(darwin))).toContain('this is darwin; native programs need a Linux host');
  });

  it('has another processor is told which will do', () => {
    const riscv = "Object.defineProperty(process, 'arch', { value: 'riscv64' })";
    expect(sentence(run(riscv))).toMatch(/riscv64.*(x86-64|arm64)/);
  });

  it('lacks the optional package is told how to get it', () => {
    const hook = `export async function resolve(name, context, next) {
      if (name === 'koffi') throw new Error('there is no koffi');
      return next(name, context);
    }`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(
      `data:text/javascript,${encodeURIComponent(hook)}`,
    )})`;
    expect(sentence(run(register))).toContain('npm install koffi');
  });
});

describe('where yama forbids ptrace, it is said what to do', () => {
  it.each([
    [3, true, 'reboot'],
    [2, false, 'sysctl kernel.yama.ptrace_scope=1'],
    [2, true, '--cap-add SYS_PTRACE'],
    [1, false, '--cap-add SYS_PTRACE'],
    [undefined, false, '--cap-add SYS_PTRACE'],
  ])('at scope %s, as root: %s', (scope, isRoot, words) => {
    expect(howToAllowPtrace(scope, isRoot)).toContain(words);
  });
});
