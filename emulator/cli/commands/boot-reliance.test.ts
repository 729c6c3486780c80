import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boardsFolder } from '../../machine/boards.ts';
import { runCommand } from '../test-io.ts';

const stated = ['--kernel-image', '0x200000+32M', '--dtb-at', '0x8000000+64K'];

async function reliance(...words: string[]) {
  const { out } = await runCommand(['boot', ...words, '--json']);
  return JSON.parse(out).reliance;
}

test('a boot says what lies in RAM by assumption, in one line', async () => {
  const { out } = await runCommand(['boot', 'hikey']);
  expect(out.split('\n').filter((line) => line.includes('relies on'))).toEqual([
    expect.stringMatching(/assumed: kernel image at 0x[0-9a-f]+, devicetree blob at 0x[0-9a-f]+$/),
  ]);
  const { assumed } = await reliance('hikey');
  expect(assumed.map(({ what }: { what: string }) => what)).toEqual(['image', 'dtb']);
});

test('nothing is told where all is stated and the release was read', async () => {
  expect(await reliance('hikey', ...stated)).toEqual({ inferred: [], assumed: [] });
  const { out } = await runCommand(['boot', 'hikey', ...stated]);
  expect(out).not.toContain('relies on');
});

test('inferred behaviours of the release are told where the boot looked at them', async () => {
  const { inferred } = await reliance('hikey', ...stated, '--release', '6.17');
  const names = inferred.map(({ behaviour }: { behaviour: string }) => behaviour);
  expect(names).toContain('cmaHeapNaming');
  expect(names).not.toContain('lowMemoryBoundary');
  const { out } = await runCommand(['boot', 'hikey', ...stated, '--release', '6.17']);
  expect(out).toMatch(/relies on {6}inferred: .* and \d+ more\n/);
});

test('a file without a profile boots the default release', async () => {
  const { out } = await runCommand(['boot', join(boardsFolder(), 'qemu-virt', 'qemu-virt.dts'), '--json']);
  expect(JSON.parse(out)).toMatchObject({ board: null, release: '6.12', config: 'reference 6.12' });
});

test('--console shows what a console would, and --dmesg all', async () => {
  const { out } = await runCommand(['boot', 'hikey', '--append-bootargs', 'quiet', '--console', '--dmesg']);
  const [, log = '', console = ''] = /\nKernel log\n(.*)\nConsole\n(.*)$/s.exec(out) ?? [];
  expect(log).toContain('Zone ranges:');
  expect(console).toBe('  nothing\n');
  const { out: json } = await runCommand(['boot', 'hikey', '--console', '--json']);
  expect(JSON.parse(json).console.length).toBe(JSON.parse(json).dmesg.length);
});
