import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';
import { splitWords } from '../variation.ts';

const snapshot = (name: string) => `../../../fixtures/snapshots/${name}.txt`;

/** Real blobs of Debian's kernel, which scripts/fetch-blobs brings. */
const blobs = [
  '.cache/blobs/hisilicon/hi6220-hikey.dtb --board hikey',
  '.cache/blobs/hisilicon/hi3660-hikey960.dtb --board hikey960',
  '.cache/blobs/qcom/sdm845-db845c.dtb --board db845c',
];
const hasBlobs = existsSync('.cache/blobs/SOURCE.json');
if (!hasBlobs) console.info('skipped: comparisons of real blobs; scripts/fetch-blobs brings them');

describe('heapboard compare', () => {
  it('tells which of three boards needs the CMA heap, and what it costs each', async () => {
    const { code, out, err } = await runCommand([
      'compare',
      'hikey',
      'hikey960',
      'db845c',
      '--release',
      '7.3',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^CMA heap needed +yes +yes +no$/m);
    await expect(out).toMatchFileSnapshot(snapshot('compare-boards'));
  });

  it.skipIf(!hasBlobs)("tells the same of the real boards' blobs", async () => {
    const { code, out } = await runCommand(['compare', ...blobs, '--release', '7.3']);
    expect(code).toBe(0);
    expect(out).toMatch(/^CMA heap needed +yes +yes +no$/m);
    await expect(out).toMatchFileSnapshot(snapshot('compare-blobs'));
  });

  it('compares variations of a board, in JSON', async () => {
    const larger = "hikey --set '/reserved-memory/linux,cma:size=256M'";
    const { out } = await runCommand(['compare', 'hikey', larger, '--release', '6.12', '--json']);
    const { schemaVersion, columns, conclusions } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    const [before, after] = columns;
    expect([before.cma.heldBytes, after.cma.heldBytes]).toEqual([128 * 2 ** 20, 256 * 2 ** 20]);
    expect(after.cma.idleBytes - before.cma.idleBytes).toBe(128 * 2 ** 20);
    expect(
      before.forms.map(({ form, impossible }: { form: string; impossible?: string }) => [
        form,
        impossible === undefined,
      ]),
    ).toEqual([
      ['built-in', true],
      ['module', false],
      ['absent', true],
    ]);
    expect(before.forms[1].elsewhere).toMatchObject({ release: '7.2', loaded: true, size: 'estimate' });
    expect(conclusions[0]).toMatch(/as a module 12 KiB \(on 7\.2; 6\.12 has none\);/);
    expect(after.log.added.join('\n')).toContain(
      'created CMA memory pool at 0x000000002e000000, size 256 MiB',
    );
    expect(conclusions).toHaveLength(2);
  });

  it('tells of a board that panics, and of one that has no heaps', async () => {
    const dead = 'hikey --add-region pool,size=32M,base=0x80000000,reusable';
    const { code, out } = await runCommand([
      'compare',
      'hikey',
      dead,
      'hikey --kconfig DMABUF_HEAPS=n',
      '--json',
    ]);
    expect(code).toBe(0);
    const { columns } = JSON.parse(out);
    expect(columns[1]).toMatchObject({ booted: false, panic: expect.any(String) });
    expect(columns[1].consumers.every(({ passes }: { passes: boolean }) => !passes)).toBe(true);
    expect(columns[2]).toMatchObject({ heaps: [], workloads: [{ passed: false }] });
  });

  it.each([
    [['hikey'], 'compare needs two subjects at least'],
    [['hikey', 'hikye'], 'unknown board "hikye"; did you mean hikey'],
    [['hikey', 'hikey --sett x'], 'unknown option --sett; did you mean --set'],
    [['hikey', "hikey --set 'x"], 'a quotation mark has no counterpart'],
    [['hikey', 'db845c', '--workload', 'grallok'], 'unknown workload "grallok"; did you mean gralloc?'],
  ])('refuses %j', async (words, message) => {
    const { code, out, err } = await runCommand(['compare', ...words]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('splits a variation into words as a shell does', () => {
    expect(splitWords(` hikey --set '/a b:c="d"' x"y z"  `)).toEqual([
      'hikey',
      '--set',
      '/a b:c="d"',
      'xy z',
    ]);
  });
});

describe('heapboard policies', () => {
  it.each([
    ['hikey', ['hikey', '--release', '7.3']],
    ['db845c', ['db845c', '--release', '7.3']],
    ['beagle-x15', ['beagle-x15', '--release', '7.3']],
    [
      'export-region',
      [
        'hikey',
        '--release',
        '6.12',
        '--add-region',
        'camera,size=64M,reusable',
        '--export-region',
        '/soc/ade@f4100000=camera',
      ],
    ],
  ])('on our boards: %s', async (name, words) => {
    const { code, out } = await runCommand(['policies', ...words]);
    expect(code).toBe(0);
    await expect(out).toMatchFileSnapshot(snapshot(`policies-${name}`));
  });

  it.skipIf(!hasBlobs)('on the blobs of real boards', async () => {
    const outputs = [];
    for (const blob of blobs)
      outputs.push((await runCommand(['policies', ...splitWords(blob), '--release', '7.3'])).out);
    await expect(outputs.join('\n')).toMatchFileSnapshot(snapshot('policies-blobs'));
  });

  it.each([
    [['hikey', '--export', 'some'], 'unknown export policy "some"'],
    [['hikey', '--export-region', '/soc/adee@f4100000=x'], 'did you mean /soc/ade@f4100000'],
    [['hikey', '--export-region', 'ade'], '--export-region ade: expected DEVICE[=REGION]'],
  ])('refuses %j', async (words, message) => {
    const { code, err } = await runCommand(['policies', ...words]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('heapboard consumers', () => {
  it('exits with 1 under --expect where one fails, and with 2 for a contract that names no heap', async () => {
    expect((await runCommand(['consumers', 'hikey960', 'libiio', '--release', '6.12'])).code).toBe(0);
    expect((await runCommand(['consumers', 'hikey960', 'libiio', '--expect'])).code).toBe(1);
    expect((await runCommand(['consumers', 'hikey', 'libiio', '--expect'])).code).toBe(0);
    expect(await runCommand(['consumers', 'hikey', 'fixtures/broken/consumers/no-heap.yaml'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no-heap.yaml:6:21: needs[0].heaps.anyOf: a need names one heap at least'),
    });
    expect((await runCommand(['consumers', 'hikey', 'libio'])).err).toContain('did you mean libiio?');
  });

  it('prints devices and consumers', async () => {
    const { out } = await runCommand(['consumers', 'hikey', '--release', '6.12']);
    await expect(out).toMatchFileSnapshot(snapshot('consumers-hikey'));
  });
});
