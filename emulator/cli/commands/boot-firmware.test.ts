import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bootSummarySchema } from '../../report/boot-json.ts';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-firmware-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function bootJson(...words: string[]) {
  const { code, out, err } = await runCommand(['boot', ...words, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return bootSummarySchema.parse(JSON.parse(out));
}

describe('the firmware stage', () => {
  test('a carve-out at the end of the range moves the pool below it', async () => {
    const { areas, memory, decisions } = await bootJson('rpi4', '--carveout', '0x2b400000+256M:gpu');
    expect(memory[0]).toEqual({ base: '0x0', size: '0x2b400000' });
    expect(areas).toMatchObject([{ name: 'linux,cma', base: '0x27400000', size: '0x4000000' }]);
    expect(decisions.some(({ outcome }) => /keeps 0x2b400000\+0x10000000 for gpu/.test(outcome))).toBe(true);
  });

  test('--firmware none takes the tree as it stands, without the command line of the profile', async () => {
    expect((await bootJson('hikey', '--firmware', 'none')).bootargs).toBe('');
    const empty = await runCommand(['boot', 'hikey960', '--firmware', 'none']);
    expect(empty.code).toBe(2);
    expect(empty.err).toMatch(/memory node .*empty/);
    const altered = await runCommand(['boot', 'hikey', '--firmware', 'none', '--memory', '0+1G']);
    expect(altered).toMatchObject({ code: 2, err: expect.stringMatching(/as it stands/) });
  });

  test("an EFI memory map goes before the tree's memory nodes", async () => {
    const file = join(folder, 'dmesg.txt');
    writeFileSync(
      file,
      [
        'efi:   0x000040000000-0x00005fffffff [Conventional Memory|   |  |  |WB|WT|WC|UC]',
        'efi:   0x000060000000-0x0000600fffff [Runtime Data|RUN|  |  |WB|WT|WC|UC]',
        'efi:   0x000060100000-0x00006fffffff [Conventional Memory|   |  |  |WB|WT|WC|UC]',
        '',
      ].join('\n'),
    );
    const { memory, areas } = await bootJson('qemu-virt', '--efi-map', file);
    expect(memory.reduce((sum, { size }) => sum + Number(size), 0)).toBe(0x30000000);
    expect(areas.every(({ base, size }) => Number(base) + Number(size) <= 0x70000000)).toBe(true);
  });

  test('a carve-out or map that cannot be is one clear line', async () => {
    for (const words of [
      ['--carveout', '76M'],
      ['--firmware', 'all'],
      ['--efi-map', join(folder, 'missing.txt')],
    ]) {
      const { code, err } = await runCommand(['boot', 'hikey', ...words]);
      expect(code).toBe(2);
      expect(err.trim().split('\n')).toHaveLength(1);
    }
  });
});
