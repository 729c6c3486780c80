import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFdt } from '../../devicetree/fdt.ts';
import { loadDeviceTreeFile } from '../../devicetree/node.ts';
import { boardsFolder } from '../../machine/boards.ts';
import { bootSummarySchema } from '../../report/boot-json.ts';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-boot-'));
const inFolder = (name: string) => join(folder, name);
const sourceOf = (board: string) => join(boardsFolder(), board, `${board}.dts`);

beforeAll(async () => {
  for (const board of ['hikey', 'hikey960', 'db845c'])
    writeFileSync(inFolder(`${board}.dtb`), writeFdt(await loadDeviceTreeFile(sourceOf(board))));
  writeFileSync(inFolder('truncated.dtb'), readFileSync(inFolder('hikey.dtb')).subarray(0, 1000));
  writeFileSync(inFolder('empty.dtb'), '');
  writeFileSync(inFolder('empty.dts'), '');
  writeFileSync(inFolder('letter.txt'), 'Dear devicetree,\n');
  writeFileSync(inFolder('syntax.dts'), '/dts-v1/;\n\n/ {\n\tmodel = "x"\n};\n');
  writeFileSync(inFolder('broken.config'), 'CONFIG_CMA=y\nCMA is nice\n');
  mkdirSync(inFolder('photos'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The JSON of a boot, checked against the schema that is the contract. */
async function bootJson(...words: string[]) {
  const { code, out, err } = await runCommand(['boot', ...words, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return bootSummarySchema.parse(JSON.parse(out));
}

describe('a HiKey', () => {
  test('boots and offers the system heap and its 128 MiB of CMA', async () => {
    const summary = await bootJson('hikey');
    expect(summary).toMatchObject({
      schemaVersion: 1,
      board: 'hikey',
      release: '6.1',
      booted: true,
      pageSize: 4096,
    });
    expect(summary.areas).toMatchObject([
      { name: 'linux,cma', base: '0x36000000', size: '0x8000000', isDefault: true, active: true },
    ]);
    expect(summary.heaps.map(({ path, minor, mode, kind }) => ({ path, minor, mode, kind }))).toEqual([
      { path: '/dev/dma_heap/system', minor: 0, mode: '0600', kind: 'system' },
      { path: '/dev/dma_heap/linux,cma', minor: 1, mode: '0600', kind: 'cma' },
    ]);
    expect(summary.meminfo.CmaTotal).toBe(128 << 20);
  });

  test('its blob by itself gives the same regions, areas and heaps', async () => {
    const [board, blob] = [await bootJson('hikey'), await bootJson(inFolder('hikey.dtb'))];
    expect(blob.board).toBeNull();
    for (const field of ['regions', 'areas', 'heaps', 'memory', 'pageSize'] as const)
      expect(blob[field], field).toEqual(board[field]);
  });

  test('the places that nobody stated are assumed, and said to be', async () => {
    const { decisions, areas } = await bootJson('hikey');
    const assumed = decisions.filter((decision) => decision.rule === 'firmware/placement');
    expect(assumed.map(({ subject, evidence }) => ({ subject, evidence }))).toEqual([
      { subject: 'image', evidence: 'inferred' },
      { subject: 'dtb', evidence: 'inferred' },
    ]);
    expect(areas[0]?.certainty).toBe('assumed');
  });

  test('with everything stated its area is exact', async () => {
    const { areas } = await bootJson('hikey', '--kernel-image', '0x200000+32M', '--dtb-at', '0x4000000+64K');
    expect(areas[0]?.certainty).toBe('exact');
  });

  test('cma= renames the heap and shrinks the pool', async () => {
    const { heaps, meminfo, bootargs } = await bootJson('hikey', '--append-bootargs', 'cma=32M');
    expect(bootargs).toMatch(/root=.* cma=32M$/);
    expect(heaps.map((heap) => heap.name)).toEqual(['system', 'reserved']);
    expect(meminfo.CmaTotal).toBe(32 << 20);
  });

  test('the readable summary names RAM, regions, areas, heaps with numbers, configuration and assumptions', async () => {
    const { code, out } = await runCommand(['boot', 'hikey']);
    expect(code).toBe(0);
    expect(out).toMatch(/^hikey: Linux 6\.1 booted\n/);
    expect(out).toMatch(/configuration +reference/);
    expect(out).toMatch(/RAM, 989\.99 MiB/);
    expect(out).toMatch(/ramoops@21f00000 +0x21f00000 +1 MiB/);
    expect(out).toMatch(/linux,cma +0x36000000 +128 MiB/);
    expect(out).toMatch(/\/dev\/dma_heap\/linux,cma +\d+:1 +0600 +cma, area linux,cma/);
    expect(out).toMatch(/Assumed\n +the kernel image is assumed at 0x200000\+0x2000000/);
    expect(out).not.toMatch(/\[ +0\.000000\]/);
  });

  test('--dmesg adds the kernel log as dmesg prints it', async () => {
    const { out } = await runCommand(['boot', 'hikey', '--dmesg']);
    expect(out).toMatch(
      /^\[ {4}0\.000000\] Reserved memory: created CMA memory pool at 0x0000000036000000, size 128 MiB$/m,
    );
  });

  test('two boots print the same, byte for byte', async () => {
    expect(await runCommand(['boot', 'hikey', '--json'])).toEqual(
      await runCommand(['boot', 'hikey', '--json']),
    );
  });
});

describe('options', () => {
  test('--memory, repeated, replaces all memory nodes', async () => {
    const { memory } = await bootJson(
      inFolder('hikey960.dtb'),
      '--memory',
      '0x0+1G',
      '--memory',
      '0x40000000+1G',
    );
    expect(memory).toEqual([
      { base: '0x0', size: '0x40000000' },
      { base: '0x40000000', size: '0x40000000' },
    ]);
  });

  test("--board gives a file that board's profile", async () => {
    const summary = await bootJson(inFolder('hikey960.dtb'), '--board', 'hikey960');
    expect(summary.board).toBe('hikey960');
    expect(summary.memory).toEqual([{ base: '0x0', size: '0xc0000000' }]);
    expect(summary.bootargs).toContain('ttyAMA6');
    expect(summary.heaps.map((heap) => heap.name)).toEqual(['system', 'reserved']);
  });

  test('--kconfig goes over the reference configuration, and the origin says so', async () => {
    const summary = await bootJson('qemu-virt', '--kconfig', 'CMA_SIZE_MBYTES=64');
    expect(summary.config).toMatch(/reference.*CMA_SIZE_MBYTES=64/);
    expect(summary.areas).toMatchObject([{ name: 'reserved', size: '0x4000000', isDefault: true }]);
  });

  test('--config takes a whole .config', async () => {
    writeFileSync(inFolder('no-heaps.config'), 'CONFIG_ARM64=y\nCONFIG_ARM64_4K_PAGES=y\n');
    const summary = await bootJson('hikey', '--config', inFolder('no-heaps.config'));
    expect(summary.config).toBe(inFolder('no-heaps.config'));
    expect(summary.heaps).toEqual([]);
  });

  test('--bootargs replaces the command line', async () => {
    expect((await bootJson('hikey', '--bootargs', 'quiet')).bootargs).toBe('quiet');
  });

  test('- reads stdin', async () => {
    const source = readFileSync(sourceOf('hikey'), 'utf8');
    const { code, out } = await runCommand(['boot', '-', '--json'], source);
    expect(code).toBe(0);
    expect(JSON.parse(out).areas).toEqual((await bootJson('hikey')).areas);
  });

  test.each(['explicit', 'release'])('on 6.1 --export %s gives the default area only', async (policy) => {
    const { heaps } = await bootJson('db845c', '--export', policy);
    expect(heaps.map((heap) => heap.name)).toEqual(['system', 'reserved']);
  });
});

describe('a boot that panics', () => {
  const source = (base: string) => `/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		pool@${base} { compatible = "shared-dma-pool"; reusable; reg = <0 0x${base} 0 0x2000000>; linux,cma-default; };
	};
};
`;

  test('is an answer, with the last words', async () => {
    const { code, out } = await runCommand(['boot', '-', '--json'], source('a0000000'));
    expect(code).toBe(0);
    const summary = bootSummarySchema.parse(JSON.parse(out));
    expect(summary).toMatchObject({ booted: false, heaps: [] });
    expect(summary.panic).toMatch(/\S/);
    expect((await runCommand(['boot', '-'], source('a0000000'))).out).toMatch(
      /panicked[\s\S]*Kernel panic: /,
    );
  });

  test('--expect-booted makes it exit code 1, and leaves a good boot alone', async () => {
    expect((await runCommand(['boot', '-', '--expect-booted'], source('a0000000'))).code).toBe(1);
    expect((await runCommand(['boot', '-', '--expect-booted'], source('60000000'))).code).toBe(0);
  });
});

describe('bad input is one line and exit code 2', () => {
  test.each([
    ['a folder that is no devicetree', ['photos'], /photos: is a folder/],
    ['an empty blob', ['empty.dtb'], /empty\.dtb: is empty/],
    ['an empty source', ['empty.dts'], /empty\.dts: is empty/],
    ['a truncated blob', ['truncated.dtb'], /truncated\.dtb: broken devicetree blob at offset 0x[0-9a-f]+/],
    ['a syntax error', ['syntax.dts'], /syntax\.dts:5:1/],
    ['a text that is no devicetree', ['letter.txt'], /letter\.txt:1:1/],
    ['a file that is not there', ['nowhere.dts'], /nowhere\.dts: no such file/],
    ['a blob whose RAM nobody states', ['hikey960.dtb'], /\/memory@0 is empty.*--memory BASE\+SIZE.*--board/],
    ['RAM that no machine has', ['hikey.dtb', '--memory', '0x0+0x8000000000000000'], /48 bits/],
    ['RAM too small for a kernel', ['hikey.dtb', '--memory', '0x0+16M'], /--kernel-image BASE\+SIZE/],
    ['an unknown profile', ['hikey.dtb', '--board', 'hiky'], /unknown board "hiky"; did you mean hikey\?/],
    [
      'an unknown release',
      ['hikey.dtb', '--release', '4.4'],
      /unknown kernel release "4\.4"; known are .*6\.1/,
    ],
    ['an unknown policy', ['hikey.dtb', '--export', 'some'], /unknown export policy "some"; known are /],
    ['a broken symbol', ['hikey.dtb', '--kconfig', 'nonsense'], /SYMBOL=VALUE/],
  ])('%s', async (_, [file = '', ...options], message) => {
    const { code, out, err } = await runCommand(['boot', inFolder(file), ...options]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^heapboard: .*\n$/);
    expect(err).toMatch(message);
  });

  test('an unknown board suggests near names', async () => {
    const { code, err } = await runCommand(['boot', 'hikey-960']);
    expect(code).toBe(2);
    expect(err).toMatch(/^heapboard: unknown board "hikey-960"; did you mean hikey960/);
  });

  test('a broken .config names its line; a missing one its path', async () => {
    const broken = await runCommand(['boot', 'hikey', '--config', inFolder('broken.config')]);
    expect(broken).toMatchObject({ code: 2, err: expect.stringMatching(/broken\.config:2: /) });
    const missing = await runCommand(['boot', 'hikey', '--config', inFolder('no.config')]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/no\.config: no such file/) });
  });

  test('--board beside a board is refused', async () => {
    const { code, err } = await runCommand(['boot', 'hikey', '--board', 'hikey960']);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringMatching(/hikey is a board with its own/),
    });
  });
});
