import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { wantsColours } from './process-io.ts';
import { runCommand } from './test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-report-'));
const inFolder = (name: string) => join(folder, name);
const scenario = (expected: string) => `scenario: S1
summary: A cma= on the command line takes the tree's pool away.
board: hikey
change:
  bootargs: cma=64M
before:
  heaps: [system, "linux,cma"]
after:
  heaps: [system, ${expected}]
`;

mkdirSync(inFolder('folder'));
writeFileSync(inFolder('good.yaml'), scenario('reserved'));
writeFileSync(inFolder('bad.yaml'), scenario('other'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('--report', () => {
  test('writes several reports at once, and stdout stays as it is', async () => {
    const plain = await runCommand(['test', inFolder('good.yaml')]);
    const reports = ['junit=r.xml', 'html=r.html', 'sarif=r.sarif'].flatMap((one) => {
      const [kind, file = ''] = one.split('=');
      return ['--report', `${kind}=${inFolder(file)}`];
    });
    const outcome = await runCommand(['test', inFolder('good.yaml'), ...reports]);
    expect(outcome).toEqual(plain);
    expect(readFileSync(inFolder('r.xml'), 'utf8')).toContain('tests="1" failures="0"');
    expect(readFileSync(inFolder('r.html'), 'utf8')).toContain('1 passed, 0 failed');
    expect(JSON.parse(readFileSync(inFolder('r.sarif'), 'utf8')).runs[0].results).toEqual([]);
  });

  test('takes the place of the text on stdout where no file is named', async () => {
    const { code, out } = await runCommand(['test', inFolder('bad.yaml'), '--report', 'tap']);
    expect(code).toBe(1);
    expect(out).toMatch(/^TAP version 14\n1\.\.1\nnot ok 1 - /);
    expect(out).toContain('expected');
  });

  test.each([
    ['pdf=x', /--report pdf: expected one of text, json/],
    ['junit=', /expected KIND=FILE/],
    ['junit=/nowhere/at/all.xml', /\/nowhere\/at\/all\.xml: cannot be written: no such file or directory/],
    [`junit=${inFolder('folder')}`, /is a folder, a file to write was expected/],
    ['junit=/dev/full', /\/dev\/full: cannot be written: no space left on device/],
  ])('%s is refused with one line', async (value, message) => {
    const { code, out, err } = await runCommand(['test', inFolder('good.yaml'), '--report', value]);
    expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(err).toMatch(message);
    if (!value.includes('/dev/full')) expect(out).toBe('');
  });

  test('two reports in one place are refused', async () => {
    const { code, err } = await runCommand([
      'test',
      inFolder('good.yaml'),
      '--report',
      'tap',
      '--report',
      'json',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('only one report can go to stdout');
  });

  test('a place that cannot be written is found before anything runs, and leaves nothing', async () => {
    const before = readdirSync(folder);
    const { err } = await runCommand([
      'test',
      inFolder('missing.yaml'),
      '--report',
      `html=${inFolder('new.html')}`,
      '--report',
      'junit=/nowhere/x.xml',
    ]);
    expect(err).toContain('/nowhere/x.xml');
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('reports of other commands', () => {
  test('consumers are cases', async () => {
    const { out } = await runCommand(['consumers', 'hikey', '--report', 'junit']);
    expect(out).toMatch(/^<\?xml.*<testsuites name="heapboard consumers" tests="[1-9]/s);
  });

  test('findings of a check have their places', async () => {
    const tree = inFolder('odd.dts');
    writeFileSync(
      tree,
      `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	memory@40000000 { device_type = "memory"; reg = <0x40000000 0x40000000>; };
	reserved-memory {
		#address-cells = <1>;
		#size-cells = <1>;
		ranges;
		pool { compatible = "shared-dma-pool"; reusable; size = <0x300000>; linux,cma-default; };
	};
};
`,
    );
    const { out } = await runCommand(['check', tree, '--report', 'sarif']);
    const [run] = JSON.parse(out).runs;
    const misaligned = run.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'cma-misaligned');
    expect(misaligned.locations[0].physicalLocation.region.startLine).toBe(10);
  });
});

describe('--svg', () => {
  test('draws what compared boards spend their RAM on', async () => {
    await runCommand(['compare', 'hikey', 'hikey960', '--svg', inFolder('compare.svg')]);
    const drawn = readFileSync(inFolder('compare.svg'), 'utf8');
    expect(drawn).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*hikey960.*<\/svg>\n$/s);
  });

  test('draws the memory of a boot, and an area over a run', async () => {
    await runCommand(['boot', 'hikey', '--svg', inFolder('boot.svg')]);
    const boot = readFileSync(inFolder('boot.svg'), 'utf8');
    expect(boot).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg".*ramoops@21f00000.*<\/svg>\n$/s);
    const { out } = await runCommand([
      'run',
      'hikey',
      'gralloc',
      '--svg',
      inFolder('run.svg'),
      '--report',
      'junit',
    ]);
    expect(out).toContain('<testsuites name="heapboard run" tests="2" failures="0"');
    expect(readFileSync(inFolder('run.svg'), 'utf8')).toContain('longest free run');
  });

  test('is refused before the boot where the place cannot be written', async () => {
    const { code, out, err } = await runCommand(['boot', 'hikey', '--svg', '/nowhere/x.svg']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('/nowhere/x.svg: cannot be written');
  });
});

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { NO_COLOR: '' }, true],
  ])('on a terminal: %s with %j: %s', (isTerminal, environment, expected) => {
    expect(wantsColours(isTerminal, environment)).toBe(expected);
  });
});
