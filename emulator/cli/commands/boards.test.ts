import { expect, test } from 'vitest';
import { boardNames } from '../../machine/boards.ts';
import { runCommand } from '../test-io.ts';

test('lists every board with its RAM and release', async () => {
  const { code, out } = await runCommand(['boards']);
  expect(code).toBe(0);
  for (const name of await boardNames()) expect(out).toMatch(new RegExp(`^${name} `, 'm'));
  expect(out).toMatch(/^hikey960 +3 GiB +6\.1 +HiKey960/m);
});

test('--json gives one document with RAM, command line, devices and sources', async () => {
  const { out } = await runCommand(['boards', '--json']);
  const { schemaVersion, boards } = JSON.parse(out);
  expect(schemaVersion).toBe(1);
  expect(boards.map((board: { name: string }) => board.name)).toEqual(await boardNames());
  const hikey960 = boards.find((board: { name: string }) => board.name === 'hikey960');
  expect(hikey960).toMatchObject({
    memory: [{ base: '0x0', size: '0xc0000000' }],
    devices: [{ needs: 'contiguous', downstream: true }],
  });
  expect(hikey960.source.length).toBeGreaterThan(20);
});
