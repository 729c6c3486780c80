import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { reduceConfig } from './compact/config.ts';
import { isCompactFolder } from './compact/folder.ts';
import { baseOfTree, composeTree } from './compact/tree.ts';
import { writeCompactFolder } from './compact/write.ts';
import { openRecords, ownRecordsFolder, withFallback } from './read.ts';
import type { BootRecord } from './record.ts';

const scratch = mkdtempSync(join(tmpdir(), 'records-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function fill(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const file = join(scratch, folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(scratch, folder);
}

const fragment = '/dts-v1/;\n/memreserve/ 0x1000 0x1000;\n/ {\n\tn { };\n};\n';

const boot = (name: string, seed: string): BootRecord => ({
  name,
  note: 'a note',
  kernel: '6.1',
  pageSize: 4096,
  ram: '1G',
  bootargs: 'quiet',
  run: { config: 'c', kernelImage: '0x1+0x2', initrd: '0x3+0x4', dtbAt: '0x5+0x6' },
  fragment,
  tree: composeTree(`/ {\n\tmodel = "m";\n\tseed = <${seed}>;\n};\n`, fragment),
  booted: true,
  completed: true,
  heaps: [{ name: 'system', major: 254, minor: 0, mode: '20600' }],
  areas: [{ name: 'a', base: '0x10', size: '0x20', usedPages: 3 }],
  meminfoKiB: { MemTotal: 1 },
  memblockReservedAtEnd: [['0x0000000000001000', '0x0000000000001fff']],
  log: [{ level: 6, text: 'a line' }, { text: '<x> without a level' }],
  files: { 'file:/proc/devices': '254 dma_heap\n' },
});

const calls = [{ case: 'c', heap: 'a', args: {}, ret: -1, errno: 'EINVAL' }];

describe('a folder of records', () => {
  const boots = [boot('one', '1 2'), boot('two', '3 4')];
  const raw = fill('raw', {
    ...Object.fromEntries(boots.map((record) => [`boots/6.1/${record.name}.json`, JSON.stringify(record)])),
    'syscalls/6.1/one.jsonl': calls.map((call) => `${JSON.stringify(call)}\n`).join(''),
    'kernels/c.config': 'CONFIG_CMA=y\nCONFIG_SOUND=y\n# CONFIG_NUMA is not set\n# a comment\n',
  });

  it('reads the same in both forms', () => {
    const compact = join(scratch, 'compact');
    writeCompactFolder(compact, openRecords(raw), ['c']);
    expect(isCompactFolder(compact)).toBe(true);
    const records = openRecords(compact);
    expect(records.kernels).toEqual(['6.1']);
    expect(records.boots('6.1')).toEqual(boots);
    expect(records.callNames('6.1')).toEqual(['one']);
    expect(records.calls('6.1', 'one')).toEqual(calls);
    expect(records.calls('6.1', 'two')).toBeUndefined();
  });

  it('takes a configuration from elsewhere where it has none of that name', () => {
    const other = fill('other', { 'kernels/d.config': 'CONFIG_CMA=n\n' });
    const records = withFallback(openRecords(raw), openRecords(other));
    expect([records.config('c'), records.config('d'), records.config('e')]).toEqual([
      expect.stringContaining('CONFIG_SOUND'),
      'CONFIG_CMA=n\n',
      undefined,
    ]);
  });

  it('may hold calls alone', () => {
    const alone = fill('alone', { 'syscalls/6.12/x.jsonl': `${JSON.stringify(calls[0])}\n` });
    const records = openRecords(alone);
    expect(records.kernels).toEqual(['6.12']);
    expect(records.boots('6.12')).toEqual([]);
    expect(records.calls('6.12', 'x')).toEqual(calls);
  });

  it('refuses a record with a wrong key and says where', () => {
    const broken = fill('broken', {
      'boots/6.1/x.json': JSON.stringify({ ...boot('x', '1'), colour: 'red' }),
    });
    expect(() => openRecords(broken).boots('6.1')).toThrow(/boots\/6\.1\/x\.json: .*"colour"/s);
  });
});

describe('a reduced configuration', () => {
  it('keeps what matters for memory and heaps, also where it is said to be unset', () => {
    expect(
      reduceConfig('CONFIG_CMA=y\nCONFIG_SOUND=y\n# CONFIG_NUMA is not set\n# CONFIG_SND is not set\n'),
    ).toBe('CONFIG_CMA=y\n# CONFIG_NUMA is not set\n');
  });
});

describe('the tree of an experiment', () => {
  it('has the reservations of the fragment at its top, and gives its base back', () => {
    const tree = composeTree('BASE\n', fragment);
    expect(tree).toBe('/dts-v1/;\n/memreserve/ 0x1000 0x1000;\nBASE\n/ {\n\tn { };\n};\n');
    expect(baseOfTree(tree, fragment)).toBe('BASE\n');
    expect(baseOfTree('another tree', fragment)).toBeUndefined();
  });
});

describe("the project's own records", () => {
  const records = openRecords(ownRecordsFolder);

  it('hold boots of four kernels, and every configuration that they name', () => {
    expect(records.kernels).toEqual(['5.10', '6.1', '6.12', '7.3']);
    for (const kernel of records.kernels) {
      const named = records.boots(kernel).flatMap((record) => record.run?.config ?? []);
      for (const name of new Set(named)) expect(records.config(name)).toContain('CONFIG_CMA=y');
    }
  });

  it('hold calls whose boots they hold too', () => {
    for (const kernel of records.kernels) {
      const names = records.boots(kernel).map((record) => record.name);
      for (const name of records.callNames(kernel)) expect(names).toContain(name);
    }
  });
});
