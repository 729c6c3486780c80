import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-terminal: skipped: there is no gcc');

/** What is typed, each behind the words that are waited for. */
type Dialogue = readonly (readonly [waitFor: string, typed: string])[];

const prompt = 'ready> ';
const [interrupt, quit, suspend] = ['\x03', '\x1c', '\x1a'];

describe.skipIf(!canRun).each(['notify', 'ptrace'])('a program at a terminal, under %s', (backend) => {
  const programs = new FixturePrograms();
  let terminal = '';
  let interactive = '';
  beforeAll(() => {
    terminal = programs.c('terminal');
    interactive = programs.c('interactive');
  });
  afterAll(() => programs.remove());

  /** A shell with job control, in which somebody types; all that the terminal shows. */
  function type(dialogue: Dialogue): string {
    const shell = ['bash', '--norc', '--noprofile', '-i'];
    const { stdout, status } = spawnSync(terminal, [...dialogue.flat(), '--', ...shell], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      env: { ...process.env, PS1: prompt, TERM: 'dumb' },
      encoding: 'utf8',
      timeout: 40_000,
    });
    expect([status, status === 0 ? '' : stdout]).toEqual([0, '']);
    return stdout.replaceAll('\r', '');
  }

  const exec = (words: string) =>
    `${[process.execPath, ...commandLine()].join(' ')} exec hikey --native --backend ${backend} -- ${words}\r`;
  const report = 'echo "status $?"; exit\r';

  it('has it for its own: signals once each, job control, keys as they are typed', () => {
    const shown = type([
      [prompt, exec(interactive)],
      ['press ^C', interrupt],
      ['press ^\\', quit],
      ['press ^Z', suspend],
      ['Stopped', 'fg\r'],
      ['press a key', interrupt],
      [': exit 9', report],
    ]);
    expect(shown).toContain('terminals 111, foreground 1\n');
    expect(shown).toContain('interrupts 1, allocates 1\n');
    expect(shown).toContain('quits 1\n');
    expect(shown).toContain('continued, allocates 1\n');
    expect(shown).toContain('key 0x03, interrupts 1\n');
    expect(shown).toContain('status 9\n');
    expect(shown).not.toContain('Leaked');
  });

  it('gets each signal once where its input is a file', () => {
    const shown = type([
      [prompt, exec(`${interactive} signals`).replace('\r', ' </dev/null\r')],
      ['press ^C', interrupt],
      ['press ^\\', quit],
      [': exit 9', report],
    ]);
    expect(shown).toContain('terminals 011, foreground 0\n');
    expect(shown).toContain('interrupts 1, allocates 1\n');
    expect(shown).toContain('quits 1\n');
    expect(shown).toContain('status 9\n');
  });

  it('ends by ^C where it has no handler, and says so', () => {
    const shown = type([
      [prompt, exec("sh -c 'echo sleeping; sleep 300'")],
      ['\nsleeping', interrupt],
      ['killed by SIGINT', report],
    ]);
    expect(shown).toContain('status 130\n');
  });

  it('may be a shell of its own, with jobs of its own', () => {
    const inner = 'inner> ';
    const shown = type([
      [prompt, exec("env 'PS1=inner> ' bash --norc --noprofile -i")],
      [inner, `${interactive} signals\r`],
      ['press ^C', interrupt],
      ['press ^\\', quit],
      ['quits', '\r'],
      [inner, 'exit 5\r'],
      [': exit 5', report],
    ]);
    expect(shown).toContain('interrupts 1, allocates 1\n');
    expect(shown).toContain('quits 1\n');
    expect(shown).toContain('status 5\n');
  });
});
