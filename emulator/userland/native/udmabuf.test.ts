import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const account = z.object({
  leaks: z.array(z.unknown()),
  notes: z.array(z.string()),
  heaps: z.array(z.object({ name: z.string(), peakBytes: z.number() })),
});

const canRun = process.platform === 'linux' && isInstalled('gcc');

describe.skipIf(!canRun)('/dev/udmabuf of native programs', () => {
  const programs = new FixturePrograms();
  let program = '';
  beforeAll(() => {
    program = programs.c('udmabuf');
  });
  afterAll(() => programs.remove());

  for (const form of ['notify', 'ptrace']) {
    it(`lends the pages of their memfds, by the board's rules, under ${form}`, () => {
      const words = ['hikey', '--native', '--json', '--backend', form];
      const run = exec([...words, '--', program]);
      expect(run.stderr).toContain('udmabuf: passed');
      const { leaks, notes, heaps } = account.parse(JSON.parse(run.stdout));
      expect(heaps).toEqual([{ name: 'udmabuf', peakBytes: 16384 }]);
      expect(leaks).toEqual([]);
      expect(notes).toEqual([expect.stringContaining('EOPNOTSUPP')]);
    });
  }

  it('is not there on a board whose kernel has none, and not for everybody', () => {
    const without = ['hikey', '--kconfig', 'UDMABUF=n', '--native'];
    expect(exec([...without, '--', program, 'absent']).status).toBe(0);
    const script = 'stat -c %a:%F /dev/udmabuf; cat /dev/udmabuf 2>&1';
    const words = ['hikey', '--native', '--user', '1000', '--', 'sh', '-c', script];
    expect(exec(words).stdout).toMatch(/^600:character special file\n.*Permission denied/);
  });
});
