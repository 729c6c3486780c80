import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { smallKernel } from '../emulator/testing/small-kernel.ts';
import { spawnProcess } from '../emulator/userland/process.ts';
import glneo from '../fixtures/workloads/suites/glneo.ts';
import { kernelSelftest } from '../fixtures/workloads/suites/kernel-selftest.ts';
import { libdmabufheap } from '../fixtures/workloads/suites/libdmabufheap.ts';
import syzkaller from '../fixtures/workloads/suites/syzkaller.ts';
import { bootAsRecorded } from './conformance/boots/emulate-boot.ts';
import { openRecords, ownRecordsFolder } from './records/read.ts';

const { runs } = z
  .object({
    runs: z.array(z.object({ experiment: z.string(), output: z.string(), exit_status: z.number() })),
  })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/kernel/selftest.json', import.meta.url), 'utf8')));

const releases = ['5.10', '6.1', '6.12', '7.3'];

/** Blanks between words do not count: the real test prints a result whenever it has one. */
const words = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');

describe('the kernel’s own test of heaps', () => {
  it.each(runs)('prints and ends on $experiment as on a real kernel', async (run) => {
    const records = openRecords(ownRecordsFolder);
    const boot = records.boot('6.1', run.experiment);
    if (boot === undefined) throw new Error(`${run.experiment} is not recorded`);
    const system = await bootAsRecorded(boot, records);
    const lines: string[] = [];
    const code = kernelSelftest(system.spawn(), (line) => lines.push(line));
    expect(words(lines.join('\n')).sort()).toEqual(words(run.output).sort());
    expect(code).toBe(run.exit_status);
  });

  it('imports into vgem where there is one, and goes on where there is none', () => {
    const printed = (symbols: readonly string[]) => {
      const lines: string[] = [];
      const kernel = smallKernel({ symbols: [...symbols, 'DMABUF_HEAPS_CMA=n'], areas: [] });
      kernelSelftest(spawnProcess(kernel), (line) => lines.push(line));
      return lines.filter((line) => line.includes('vgem')).length;
    };
    expect(printed(['DRM_VGEM=y'])).toBe(0);
    expect(printed(['DRM_VGEM=n'])).toBe(1);
  });
});

describe('other suites', () => {
  it.each(['5.10', '7.3'])('that Android’s library has pass on %s', (release) => {
    const results = libdmabufheap(spawnProcess(smallKernel({ release })));
    expect(results.size).toBe(9);
    expect([...results.values()]).toEqual(Array(9).fill('OK'));
  });

  it.each(releases)('of sizes, leaks, wrong arguments and mappings pass on %s', (release) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    try {
      glneo(spawnProcess(smallKernel({ release })));
      expect(print.mock.calls.length % 4).toBe(0);
      expect(print.mock.calls.length).toBeGreaterThanOrEqual(8);
    } finally {
      print.mockRestore();
    }
  });

  it.each(releases)('of random arguments find nothing but errors on %s', (release) => {
    const kernel = smallKernel({ release, symbols: ['UDMABUF=y'] });
    syzkaller(spawnProcess(kernel));
    expect(kernel.tasks.all.some((task) => task.pid > 1 && task.isAlive)).toBe(true);
  });
});
