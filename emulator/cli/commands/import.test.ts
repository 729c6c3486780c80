import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../test-io.ts';

let folder = '';

const log = [
  'Booting Linux on physical CPU 0x0000000000 [0x410fd034]',
  'Linux version 6.6.52-g1234 (builder@host) #1 SMP PREEMPT',
  'Machine model: Sample Board',
  'OF: reserved mem: 0x00000000be000000..0x00000000bfffffff (32768 KiB) nomap non-reusable optee@be000000',
  'Reserved memory: created CMA memory pool at 0x0000000096000000, size 640 MiB',
  'OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool',
  'OF: reserved mem: 0x0000000096000000..0x00000000bdffffff (655360 KiB) map reusable linux,cma',
  'Early memory node ranges',
  '  node   0: [mem 0x0000000040000000-0x00000000bdffffff]',
  '  node   0: [mem 0x00000000be000000-0x00000000bfffffff]',
  'Kernel command line: console=ttymxc1,115200',
]
  .map((text) => `[    0.000000] ${text}\n`)
  .join('');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heapboard-import-'));
  await writeFile(join(folder, 'boot.log'), log);
  await writeFile(join(folder, 'notes.txt'), 'nothing of the kind\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('import tells what it found and what it could not know', async () => {
  const { code, out } = await runCommand(['import', 'dmesg', join(folder, 'boot.log')]);
  expect(code).toBe(0);
  expect(out).toMatch(/^sample-board: Linux 6\.6, arch arm64/);
  expect(out).toMatch(/linux,cma +0x96000000 +640 MiB/);
  expect(out).toContain('where the kernel lies: a place was assumed');
  expect(out).toContain('Nothing was written; --output FOLDER keeps the board.');
});

test('what it writes can be booted like a board', async () => {
  const field = join(folder, 'field');
  expect((await runCommand(['import', join(folder, 'boot.log'), '-o', field])).code).toBe(0);
  expect((await readdir(field)).sort()).toEqual(['board.yaml', 'sample-board.dts']);
  const { code, out } = await runCommand(['boot', field, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    board: 'sample-board',
    release: '6.6',
    bootargs: 'console=ttymxc1,115200',
    areas: [{ name: 'linux,cma', base: '0x96000000', size: '0x28000000', isDefault: true }],
  });
});

test('--json is one document with both texts', async () => {
  const { out } = await runCommand(['import', join(folder, 'boot.log'), '--json']);
  expect(JSON.parse(out)).toMatchObject({
    schemaVersion: 1,
    name: 'sample-board',
    misplaced: [],
    profile: expect.stringContaining('dts: sample-board.dts'),
    tree: expect.stringContaining('/dts-v1/;'),
    boot: { schemaVersion: 1 },
  });
});

test.each([
  ['no file', ['import', 'dmesg'], /import needs a file/],
  ['a file that is missing', ['import', 'missing.log'], /missing\.log: no such file/],
])('%s is refused', async (_, words, message) => {
  const { code, err } = await runCommand(words);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});

test('a file of another kind, and a place that cannot be written, are refused before anything is there', async () => {
  const notes = join(folder, 'notes.txt');
  const wrong = await runCommand(['import', notes]);
  expect(wrong.code).toBe(2);
  expect(wrong.err).toContain('is neither a kernel');
  const unwritable = await runCommand(['import', join(folder, 'boot.log'), '-o', join(notes, 'below')]);
  expect(unwritable.code).toBe(2);
  expect(unwritable.err).toContain('cannot be written');
});
