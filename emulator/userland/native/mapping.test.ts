import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exec } from './testing/exec.ts';
import { FixturePrograms, isInstalled } from './testing/programs.ts';

const canRun = process.platform === 'linux' && isInstalled('gcc');

describe.skipIf(!canRun)('native programs, by the board’s rules and those of the host,', () => {
  const programs = new FixturePrograms();
  let mapping = '';
  let fences = '';
  beforeAll(() => {
    mapping = programs.c('mapping');
    fences = programs.c('fences');
  });
  afterAll(() => programs.remove());

  for (const form of ['notify', 'ptrace']) {
    it(`map buffers, under ${form}`, () => {
      const board = ['hikey', '--native', '--backend', form, '--', mapping];
      expect(exec([...board, '/dev/dma_heap/system']).stdout).toMatch(/^mapping: passed\n/);
      expect(exec([...board, '/dev/dma_heap/linux,cma', 'area']).stdout).toMatch(/^mapping: passed\n/);
    });

    it(`wait for fences with poll() and epoll, under ${form}`, () => {
      const run = exec(['hikey', '--kconfig', 'SW_SYNC=y', '--native', '--backend', form, '--', fences]);
      expect(run.stdout).toMatch(/^fences: passed\n/);
      expect(run.status).toBe(0);
    });
  }
});
