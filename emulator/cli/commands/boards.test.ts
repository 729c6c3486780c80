import { expect, test } from 'vitest';
import { boardNames } from '../../machine/boards.ts';
import { runCommand } from '../test-io.ts';

test('lists every board with its RAM and release', async () => {
  const { code, out } = await runCommand(['boards']);
  expect(code).toBe(0);
  for (const name of await boardNames()) expect(out).toMatch(new RegExp(`^${name} `, 'm'));
  expect(out).toMatch(/^hikey960 +3 GiB +32 MiB reserved +6\.1 +HiKey960/m);
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

test('a board whose tree reserves nothing gets its area from the configuration', async () => {
  const { boards } = JSON.parse((await runCommand(['boards', '--json'])).out);
  const area = (board: string) => boards.find(({ name }: { name: string }) => name === board).defaultArea;
  expect(area('hikey')).toEqual({ name: 'linux,cma', base: '0x36000000', size: '0x8000000' });
  expect(area('rockpi4')).toMatchObject({ name: 'reserved', size: '0x2000000' });
});

test('a 32-bit board boots, and says that all of it is inferred', async () => {
  expect((await runCommand(['boards'])).out).toMatch(/^beagle-x15 +2 GiB +64 MiB reserved/m);
  const text = (await runCommand(['boot', 'beagle-x15'])).out;
  expect(text).toMatch(/relies on .*inferred: architecture/);
  const { architecture, reliance } = JSON.parse((await runCommand(['boot', 'beagle-x15', '--json'])).out);
  expect(architecture).toBe('arm');
  expect(reliance.inferred[0]).toMatchObject({ behaviour: 'architecture' });
});
