import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');
const account = z.object({ injected: z.array(z.record(z.string(), z.unknown())) });

/** Each fault, and what the program then says: the errnos of open() and of ALLOC, three times. */
const faults = [
  { fault: 'fail=alloc:nth=2', says: ['0 0', '0 12', '0 0'], injected: ['fail ioctl ENOMEM'] },
  { fault: 'fail=openat:errno=EMFILE', says: ['24 9', '0 0', '0 0'], injected: ['fail openat EMFILE'] },
  { fault: 'vanish=system:nth=3', says: ['0 0', '2 9', '2 9'], injected: ['vanish openat system'] },
  { fault: 'kill=faults:nth=3', says: ['0 0'], injected: ['kill openat SIGKILL'] },
  { fault: 'fail=alloc:process=other', says: ['0 0', '0 0', '0 0'], injected: [] },
];

describe.skipIf(!canRun)('--fault reaches native programs:', () => {
  const programs = new FixturePrograms();
  let program = '';
  beforeAll(() => {
    program = programs.c('faults');
  });
  afterAll(() => programs.remove());

  describe.each(['notify', 'ptrace'])('under %s', (form) => {
    it.each(faults)('$fault', ({ fault, says, injected }) => {
      const words = ['hikey', '--native', '--json', '--backend', form, '--fault', fault];
      const run = exec([...words, '--', program, '/dev/dma_heap/system']);
      expect(run.stderr.trimEnd().split('\n')).toEqual(says);
      expect(run.status).toBe(fault.startsWith('kill') ? 137 : 0);
      const told = account.parse(JSON.parse(run.stdout)).injected;
      expect(told.map(({ kind, call, what }) => `${kind} ${call} ${what}`)).toEqual(injected);
    });
  });

  it('and one that is none is refused', () => {
    const run = exec(['hikey', '--native', '--fault', 'alloc', '--', program]);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(/^heapboard: --fault alloc: expected a fault.*\n$/);
  });
});
