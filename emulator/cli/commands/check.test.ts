import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** A HiKey whose pool is set aside by the command line. */
const overridden = ['check', 'hikey', '--append-bootargs', 'cma=32M'];
const pool = '/reserved-memory/linux,cma';

describe('heapboard check', () => {
  it('tells what is the matter, where that stands and what would help', async () => {
    const { code, out } = await runCommand(overridden);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^warning cma-over-tree dts\/hikey\/hikey\.dts:\d+:\d+\n {2}cma=32M takes the place of/,
    );
    expect(out).toContain('remedy: leave cma=32M out of the command line, so that');
    expect(out).toMatch(/0 errors, 1 warning, 1 note on 6\.1\n$/);
  });

  it('proposes options that cure what it found', async () => {
    const wrong = ['check', 'hikey', '--set', `${pool}:size=33M`, '--json'];
    const found = JSON.parse((await runCommand(wrong)).out).findings;
    const [finding] = found;
    expect(finding).toMatchObject({ id: 'cma-misaligned', severity: 'error', subject: pool });
    const cured = JSON.parse((await runCommand([...wrong, ...finding.remedy.options.flat()])).out).findings;
    expect(cured.map(({ id }: { id: string }) => id)).toEqual(['region-outside-ram']);
  });

  it('tells the gravest first', async () => {
    const { out } = await runCommand([
      ...overridden,
      '--set',
      '/reserved-memory/ramoops@21f00000:status=OKAY',
    ]);
    expect(out.match(/^(error|warning|note) /gm)).toEqual(['error ', 'warning ']);
  });

  it('fails on a severity and on graver ones, and not on what was put aside', async () => {
    const codeOf = async (...words: string[]) => (await runCommand([...overridden, ...words])).code;
    expect(await codeOf('--fail-on', 'error')).toBe(0);
    expect(await codeOf('--fail-on', 'warning')).toBe(1);
    expect(await codeOf('--fail-on', 'note')).toBe(1);
    expect(await codeOf('--fail-on', 'warning', '--suppress', 'cma-over-tree=as ordered')).toBe(0);
    expect(await codeOf('--fail-on', 'warning', '--suppress', `cma-over-tree:${pool}=as ordered`)).toBe(0);
    expect(await codeOf('--fail-on', 'warning', '--suppress', 'cma-over-tree:/other=as ordered')).toBe(1);
  });

  it('keeps what was put aside in sight, and says what no longer needs to be', async () => {
    const file = write(
      'aside.yaml',
      'suppress:\n  - { id: cma-over-tree, reason: as ordered }\n  - { id: region-empty, node: /gone, reason: old }\n',
    );
    const { out } = await runCommand([...overridden, '--suppressions', file]);
    expect(out).toContain(`suppressed cma-over-tree ${pool}: as ordered`);
    expect(out).toContain('no finding needs the suppression of region-empty:/gone');
    expect(out).toContain('1 suppressed');
  });

  it('takes suppressions from the profile of a board', async () => {
    write('board.dts', readFileSync('dts/qemu-virt/qemu-virt.dts', 'utf8'));
    const profile = (id: string) =>
      `name: mine\ntitle: Mine\nsource: A test.\ndts: board.dts\nmemory: [0x40000000+1G]\nbootargs: cma=600M\nsuppress:\n  - id: ${id}\n    reason: nothing else runs there\n`;
    write('board.yaml', profile('pool-too-large'));
    const { out } = await runCommand(['check', folder]);
    expect(out).toMatch(/suppressed pool-too-large .*: nothing else runs there/);
    write('board.yaml', profile('pool-too-huge'));
    const { code, err } = await runCommand(['check', folder]);
    expect(code).toBe(2);
    expect(err).toMatch(
      /board\.yaml:8:\d+: no finding is called "pool-too-huge"; did you mean pool-too-large\?/,
    );
  });

  it('compares with other releases', async () => {
    const { out } = await runCommand(['check', 'hikey', '--releases', '6.1,7.3']);
    expect(out).toContain('in /dev/dma_heap on 7.3 there is also default_cma_region');
    expect(out).not.toContain('on 6.1 the');
  });

  it('looks at the tree alone where nobody states the RAM', async () => {
    const text = readFileSync('dts/db845c/db845c.dts', 'utf8');
    const { code, out } = await runCommand(['check', write('bare.dts', text), '--fail-on', 'error']);
    expect(code).toBe(1);
    expect(out).toMatch(/^not booted: .*--memory BASE\+SIZE/);
    expect(out).toContain('error memory-empty ');
  });

  it('reports to code hosts, with rules, places and suppressions', async () => {
    const file = join(folder, 'check.sarif');
    await runCommand([...overridden, '--suppress', 'region-outside-ram=mapped', '--report', `sarif=${file}`]);
    const [run] = JSON.parse(readFileSync(file, 'utf8')).runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'cma-over-tree',
      'region-outside-ram',
    ]);
    const [over, outside] = run.results;
    expect(over).toMatchObject({ ruleId: 'cma-over-tree', level: 'warning' });
    expect(over.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'dts/hikey/hikey.dts' },
      region: { startLine: expect.any(Number) },
    });
    expect(outside.suppressions[0]).toMatchObject({ justification: 'mapped' });
  });
});

describe('bad input for heapboard check', () => {
  const broken: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['an unknown severity', () => ['--fail-on', 'fatal'], /--fail-on fatal: expected error, warning or note/],
    ['a suppression without a reason', () => ['--suppress', 'region-empty'], /expected ID=REASON/],
    ['one with an empty reason', () => ['--suppress', 'region-empty= '], /expected ID=REASON/],
    [
      'one of a finding that does not exist',
      () => ['--suppress', 'region-emty=x'],
      /no finding is called "region-emty"; did you mean region-empty\?/,
    ],
    [
      'a file that is not there',
      () => ['--suppressions', 'none.yaml'],
      /none\.yaml: .*no such file|none\.yaml/,
    ],
    [
      'a file with an unknown key',
      () => ['--suppressions', write('key.yaml', 'suppress:\n  - { id: region-empty, reason: x, why: y }\n')],
      /key\.yaml:2:\d+: unknown key "why"/,
    ],
    [
      'a file of another finding',
      () => ['--suppressions', write('id.yaml', 'suppress:\n  - { id: emptiness, reason: x }\n')],
      /id\.yaml:2:\d+: no finding is called "emptiness"/,
    ],
    ['a release that is none', () => ['--releases', '6.1,9.9'], /unknown release|9\.9/],
    ['an empty release', () => ['--releases', '6.1,,7.3'], /--releases 6\.1,,7\.3: expected names/],
    ['an unknown report', () => ['--report', 'pdf=x'], /--report pdf: expected one of/],
    ['a report that cannot be written', () => ['--report', 'json=/nowhere/x.json'], /\/nowhere\/x\.json/],
  ];

  it.each(broken)('%s: one line and exit code 2', async (_, words, message) => {
    const { code, out, err } = await runCommand(['check', 'hikey', ...words()]);
    expect([code, out]).toEqual([2, '']);
    expect(err.trim()).toMatch(message);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
