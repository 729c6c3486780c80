import { describe, expect, it } from 'vitest';
import { bootSmall, remainsOf } from '../../../testing/boot-small.ts';
import { cells, treeWith } from '../../../testing/build-tree.ts';

const failing = {
  pool: {
    compatible: 'shared-dma-pool',
    reusable: true,
    size: cells(0x8000_0000),
    'linux,cma-default': true,
  },
} as const;

/** What the console shows of a boot in which one line is an error, less the times. */
function shown(bootargs: string, symbols: readonly string[] = []): readonly string[] {
  const outcome = bootSmall(treeWith({ regions: failing }), { bootargs, symbols });
  return remainsOf(outcome).log.consoleLines.map((line) => line.replace(/^\[ *\d+\.\d{6}\] /, ''));
}

const errors = ["OF: reserved mem: failed to allocate memory for node 'pool': size 2048 MiB"];

describe('a console', () => {
  it('shows all but debugging, the lines from before it came as well', () => {
    const lines = shown('');
    expect(lines[0]).toMatch(/^Booting Linux/);
    expect(lines).toEqual(expect.arrayContaining([...errors, 'Zone ranges:']));
  });

  it('shows warnings and worse with quiet', () => {
    expect(shown('quiet')).toEqual(errors);
    expect(shown('quiet', ['CONSOLE_LOGLEVEL_QUIET=3'])).toEqual([]);
  });

  it('follows the last of loglevel=, quiet and debug', () => {
    expect(shown('quiet debug')).toContain('Zone ranges:');
    expect(shown('debug quiet')).toEqual(errors);
    expect(shown('loglevel=4')).toEqual(errors);
    expect(shown('loglevel=0')).toEqual([]);
  });

  it('calls a loglevel without a number malformed', () => {
    expect(shown('loglevel=loud')).toContain("Malformed early option 'loglevel'");
  });

  it('shows everything with ignore_loglevel, and says so', () => {
    expect(shown('quiet ignore_loglevel')).toEqual(
      expect.arrayContaining(['debug: ignoring loglevel setting.', 'Zone ranges:']),
    );
  });

  it('has shown what came before quiet, where earlycon brought it before', () => {
    const lines = shown('earlycon quiet');
    expect(lines[0]).toMatch(/^Booting Linux/);
    expect(lines).not.toContain('Zone ranges:');
    expect(shown('quiet earlycon')).toEqual(errors);
  });

  it('begins lines with the time where it is configured', () => {
    const outcome = bootSmall(treeWith({}), { symbols: ['PRINTK_TIME=n'] });
    expect(remainsOf(outcome).log.consoleLines[0]).toMatch(/^Booting/);
    const timed = bootSmall(treeWith({}), { symbols: ['PRINTK_TIME=n'], bootargs: 'printk.time=1' });
    expect(remainsOf(timed).log.consoleLines[0]).toMatch(/^\[ {4}0\.000000\] Booting/);
  });

  it('shows nothing where the kernel dies before it comes, and all last words where it had come', () => {
    const outside = {
      'pool@f0000000': { compatible: 'shared-dma-pool', reusable: true, reg: cells(0xf000_0000, 0x400_0000) },
    } as const;
    const boot = (bootargs: string) => remainsOf(bootSmall(treeWith({ regions: outside }), { bootargs })).log;
    expect(boot('').consoleLines).toEqual([]);
    expect(boot('earlycon quiet').consoleLines.at(-1)).toMatch(/Kernel panic/);
  });
});
