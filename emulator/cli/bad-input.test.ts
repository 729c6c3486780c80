import { existsSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const board = (text: string) => `/dts-v1/;\n${text}\n`;
const deep = 10_000;

/** A name, the files beside it, and what the one line must say of it. */
const cases: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
  [
    'an #include of itself',
    { 'x.dts': board('#include "y.dtsi"'), 'y.dtsi': '#include "y.dtsi"\n' },
    /y\.dtsi:1: .*y\.dtsi includes itself without end/,
  ],
  [
    'an /include/ of itself',
    { 'x.dts': board('/include/ "y.dtsi"'), 'y.dtsi': '/include/ "y.dtsi"\n' },
    /Includes nested too deeply/,
  ],
  [
    'nodes in each other, ten thousand deep',
    { 'x.dts': board(`/ {${'a {'.repeat(deep)}${'};'.repeat(deep)}};`) },
    /x\.dts:2:\d+: nodes or expressions nest too deeply/,
  ],
  [
    'an expression ten thousand deep',
    { 'x.dts': board(`/ { a = <${'('.repeat(deep)}1${')'.repeat(deep)}>; };`) },
    /x\.dts:2:\d+: nodes or expressions nest too deeply/,
  ],
  ['an #if without an #endif', { 'x.dts': board('#if 1\n/ { };') }, /x\.dts:2: unterminated #if/],
  [
    'a missing #include',
    { 'x.dts': board('#include "no.dtsi"') },
    /x\.dts:2: cannot find no\.dtsi; tried .*no\.dtsi/,
  ],
  [
    'a missing /include/',
    { 'x.dts': board('/include/ "no.dtsi"') },
    /x\.dts:2:\d+: .*no\.dtsi: no such file/,
  ],
  [
    'a macro that leads to itself',
    { 'x.dts': board('#define A B\n#define B A\n/ { a = <A>; };') },
    /x\.dts:4:\d+: /,
  ],
];

test.each(cases)('%s is one clear line and exit code 2', async (_name, files, says) => {
  for (const [name, text] of Object.entries(files)) write(name, text);
  for (const command of ['boot', 'dts']) {
    const { code, out, err } = await runCommand([command, join(folder, 'x.dts')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^heapboard: .*\n$/);
    expect(err).toMatch(says);
  }
});

test('a blob of 2 GiB is one clear line and exit code 2', async () => {
  const file = write('big.dtb', '');
  truncateSync(file, 2 ** 31);
  expect(await runCommand(['boot', file])).toEqual({
    code: 2,
    out: '',
    err: `heapboard: ${file}: has 2 GiB; a devicetree has 16 MiB at most\n`,
  });
});

const endless = '/dev/zero';

test.skipIf(!existsSync(endless)).each([
  ['boot', endless],
  ['replay', endless],
  ['boot', 'hikey', '--overlay', endless],
])('a file without an end is one clear line and exit code 2: %s %s', async (...words) => {
  const { code, out, err } = await runCommand(words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe('heapboard: /dev/zero: cannot be read: it has more than 64 MiB, or no end\n');
});

test('a byte order mark and the line ends of Windows change no place that is told', async () => {
  const file = write('bom.yaml', '\uFEFFworkloadd: w\r\nsteps: []\r\n');
  const { code, err } = await runCommand(['run', 'hikey', file]);
  expect(code).toBe(2);
  expect(err).toContain('bom.yaml:1:1: ');
});

test('a symbolic link to itself is one clear line and exit code 2', async () => {
  const link = join(folder, 'loop.yaml');
  symlinkSync(link, link);
  for (const command of ['boot', 'replay', 'test'])
    expect(await runCommand([command, link])).toEqual({
      code: 2,
      out: '',
      err: `heapboard: ${link}: cannot be read: too many symbolic links encountered\n`,
    });
});
