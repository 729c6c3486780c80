import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled, nativeSource } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
if (!canRun) console.log('native-static: skipped: there is no gcc');
const hasRust = isInstalled('rustc');
if (!hasRust) console.log('native-rust: skipped: there is no rustc');

const account = z.object({
  status: z.number(),
  processes: z.array(z.object({ program: z.string(), buffers: z.number() })),
  leaks: z.array(z.unknown()),
});

// Scenario P31: tools that are preloaded miss static programs and those that make system calls by themselves.
describe.skipIf(!canRun).each(['notify', 'ptrace'])(
  'P31: no library is there to be replaced, under %s',
  (form) => {
    const programs = new FixturePrograms();
    const commands: string[] = [];
    const expected: string[] = [];
    const add = (program: string, argument = '') => {
      commands.push(`${program} ${argument}`);
      // The kernel keeps 15 characters of a name.
      expected.push(program.slice(program.lastIndexOf('/') + 1).slice(0, 15));
    };
    beforeAll(() => {
      add(programs.c('leaver', ['-static']), '/dev/dma_heap/linux,cma');
      add(programs.c('threads', ['-static']));
      add(programs.c('raw', ['-nostdlib', '-static']));
      if (process.arch === 'x64') {
        add(programs.c('unstacked', ['-nostdlib', '-static'], nativeSource('unstacked.S')));
      }
      if (hasRust) add(programs.rust('raw'));
    });
    afterAll(() => programs.remove());

    it('static programs, and calls by instruction, get the board’s buffers and are accounted for', () => {
      const words = [
        'hikey',
        '--native',
        '--json',
        '--backend',
        form,
        '--',
        'sh',
        '-c',
        commands.join(' && '),
      ];
      const { stdout, stderr } = exec(words);
      const { status, processes, leaks } = account.parse(JSON.parse(stdout));
      expect([status, stderr.includes('failed')]).toEqual([0, false]);
      expect(processes.map(({ program }) => program)).toEqual(expected);
      const [left, ...rest] = leaks;
      expect(left).toMatchObject({ program: 'leaver.static', mapped: true, sizeBytes: 8192 });
      expect(rest).toEqual([]);
    });
  },
);
