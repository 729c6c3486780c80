import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalHeader } from '../sweep/journal.ts';
import { type LoadedSweep, loadSweep } from '../sweep/load-spec.ts';
import { openPool } from '../sweep/pool.ts';
import { ResultCache, runSweep } from '../sweep/run-sweep.ts';
import { runCommand } from '../test-io.ts';

const spec = `sweep: pools
board: hikey
workloads:
  - workload: camera
    parameters: { buffers: 2 }
    steps:
      - repeat: buffers
        index: i
        steps: [{ alloc: "frame[i]", heap: cma, size: 12M }]
grid:
  release: ["6.1", "7.2"]
  size: { from: 16M, to: 48M, step: 16M }
  parameters: [{ buffers: 1 }, { buffers: 3 }]
`;

let folder: string;
const at = (name: string) => join(folder, name);
const sweep = (...words: readonly string[]) => runCommand(['sweep', at('s.yaml'), '--jobs', '1', ...words]);
const bytes = (name: string) => readFileSync(at(name), 'utf8');
const headerOf = ({ whole }: LoadedSweep): JournalHeader => ({
  schemaVersion: 1,
  sweep: 'pools',
  spec: whole,
  points: 12,
  shard: '1/1',
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweep-'));
  writeFileSync(at('s.yaml'), spec);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('sweep', () => {
  it('boots every point of a grid, and tells which pass', async () => {
    const { code, out, err } = await sweep('--out', at('r.jsonl'));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^pools: 8 of 12 points passed, 4 failed/);
    expect(out).toMatch(/parameters down, size across/);
    const [header, ...lines] = bytes('r.jsonl').trimEnd().split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({ schemaVersion: 1, sweep: 'pools', points: 12 });
    const records = lines.map((line) => JSON.parse(line));
    expect(records.map(({ point }) => point)).toEqual(records.map((_, index) => index));
    expect(records[0]).toMatchObject({
      values: { release: '6.1', size: '16M', parameters: 'buffers=1' },
      result: { booted: true, passed: true, workloads: { camera: 'passed' } },
    });
    expect(records[1].result).toMatchObject({ passed: false, workloads: { camera: 'ENOMEM' } });
    expect(existsSync(at('r.jsonl.journal'))).toBe(false);
  });

  it.each([2, 3])('gives the same bytes in %i shards as in one piece', async (count) => {
    await sweep('--out', at('whole.jsonl'));
    const parts = Array.from({ length: count }, (_, index) => at(`${index}.jsonl`));
    for (const [index, part] of parts.entries())
      await sweep('--shard', `${index + 1}/${count}`, '--out', part);
    const merged = await runCommand(['merge', ...parts.toReversed(), '--out', at('merged.jsonl')]);
    expect(merged).toEqual({ code: 0, out: '', err: '' });
    expect(bytes('merged.jsonl')).toBe(bytes('whole.jsonl'));
  });

  it('goes on where it was killed, and gives the same bytes', async () => {
    await sweep('--out', at('whole.jsonl'));
    const loaded = loadSweep(spec, at('s.yaml'), 1000);
    const journal = Journal.open(at('killed.jsonl.journal'), headerOf(loaded), false);
    const { run, close } = await openPool(loaded, 1000, 1);
    const results = await run([3, 0, 7, 11, 5]);
    for (const [index, point] of [3, 0, 7, 11, 5].entries()) {
      const result = results[index];
      if (result !== undefined) journal.add(point, String(point), result);
    }
    journal.close();
    await close();
    // The last line was being written.
    truncateSync(at('killed.jsonl.journal'), bytes('killed.jsonl.journal').length - 20);
    const refused = await sweep('--out', at('killed.jsonl'));
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/was stopped; --resume goes on/) });
    expect(await sweep('--out', at('killed.jsonl'), '--resume')).toMatchObject({ code: 0, err: '' });
    expect(bytes('killed.jsonl')).toBe(bytes('whole.jsonl'));
  });

  it('has nothing left to do where it is resumed after its end', async () => {
    await sweep('--out', at('r.jsonl'));
    const marked = bytes('r.jsonl').replace('"memTotalBytes":', '"memTotalBytes":1');
    writeFileSync(at('r.jsonl'), marked);
    expect((await sweep('--out', at('r.jsonl'), '--resume')).code).toBe(0);
    expect(bytes('r.jsonl')).toBe(marked);
    await sweep('--out', at('r.jsonl'));
    expect(bytes('r.jsonl')).not.toBe(marked);
  });

  it('does not go on with the journal of another sweep', async () => {
    writeFileSync(at('r.jsonl.journal'), '{"schemaVersion":1,"sweep":"other"}\n{"point":0}\n');
    const { code, err } = await sweep('--out', at('r.jsonl'), '--resume');
    expect(code).toBe(2);
    expect(err).toMatch(/is of another sweep, or of files that have changed since/);
  });

  it('stops when it is told to, and keeps what is done', async () => {
    const loaded = loadSweep(spec, at('s.yaml'), 1000);
    const journal = Journal.open(at('j'), headerOf(loaded), false);
    const tools = { journal, cache: new ResultCache(), pool: await openPool(loaded, 1000, 1) };
    let asked = 0;
    const stopped = () => {
      asked += 1;
      return asked > 1;
    };
    expect(await runSweep(loaded, { number: 1, of: 1 }, tools, { progress: () => undefined, stopped })).toBe(
      false,
    );
    expect(journal.count).toBeGreaterThan(0);
    journal.close();
  });

  it('runs no point twice: not in a list, and not what an earlier sweep left', async () => {
    const point = '{ size: 32M, parameters: { buffers: 1 } }';
    writeFileSync(at('s.yaml'), `${spec.split('grid:')[0]}list: [${point}, ${point}, ${point}]\n`);
    const runs: number[] = [];
    const loaded = loadSweep(readFileSync(at('s.yaml'), 'utf8'), at('s.yaml'), 1000);
    const pool = await openPool(loaded, 1000, 1);
    const counting = {
      ...pool,
      run: (indices: readonly number[]) => {
        runs.push(...indices);
        return pool.run(indices);
      },
    };
    const header = { schemaVersion: 1, sweep: 'pools', spec: loaded.whole, points: 3, shard: '1/1' } as const;
    const host = { progress: () => undefined, stopped: () => false };
    for (const name of ['first', 'second']) {
      const journal = Journal.open(at(name), header, false);
      const tools = { journal, cache: new ResultCache(at('cache')), pool: counting };
      expect(await runSweep(loaded, { number: 1, of: 1 }, tools, host)).toBe(true);
      expect(journal.read(2)).toEqual(journal.read(0));
      tools.cache.close();
      journal.close();
    }
    expect(runs).toEqual([0]);
  });

  it('refuses a cache that is no file, and one that a disk does not take', async () => {
    for (const cache of [folder, '/dev/zero'])
      expect(await sweep('--cache', cache)).toMatchObject({
        code: 2,
        err: `heapboard: ${cache}: cannot be written: it is no file\n`,
      });
    expect(await sweep('--cache', at('nowhere/cache'))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nowhere\/cache: cannot be written: no such file or directory/),
    });
  });

  it('counts points that make no sense as refused', async () => {
    writeFileSync(at('s.yaml'), 'sweep: s\nboard: hikey\ngrid: { release: ["6.1", "9.9"] }\nrows: release\n');
    const { code, out } = await sweep();
    expect(code).toBe(0);
    expect(out).toMatch(/1 of 2 points passed, 1 refused/);
    expect(out).toMatch(/refused: unknown kernel release "9\.9"/);
    expect((await sweep('--expect-passed')).code).toBe(1);
  });

  it('refuses common settings with which no point can be booted', async () => {
    for (const [common, message] of [
      ['summary: no board', 'nothing is booted: it needs a board or a tree'],
      ['board: hikee', 'unknown board "hikee"; did you mean hikey?'],
      ['board: hikey\nrelease: "9.9"', 'unknown kernel release "9.9"'],
    ] as const) {
      writeFileSync(at('s.yaml'), `sweep: s\n${common}\ngrid: { size: [16M, 32M] }\n`);
      expect(await sweep('--out', at('r.jsonl'))).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringContaining(message),
      });
    }
    expect(readdirSync(folder)).toEqual(['s.yaml']);
  });

  it('tells its summary as JSON', async () => {
    const { out } = await sweep('--json');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      points: 12,
      passed: 8,
      failed: 4,
      pivot: { value: 'passed' },
    });
  });

  it('reports its points in other formats, and draws its table', async () => {
    const { code, out } = await sweep(
      '--report',
      `junit=${at('r.xml')}`,
      '--report',
      'tap',
      '--svg',
      at('r.svg'),
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^TAP version 14?[\s\S]*not ok 2/);
    expect(bytes('r.xml')).toMatch(/<testsuite[^>]*name="pools"[^>]*tests="12"[^>]*failures="4"/);
    expect(bytes('r.svg')).toMatch(/^<svg[\s\S]*buffers=3/);
  });

  it.each([
    ['bord: hikey', /s\.yaml:4:1: .*"bord"/],
    ['board: hikey\ngrid: { size: [64M], sise: [1] }', /s\.yaml:5:\d+: .*"sise"/],
    ['board: hikey\ngrid: {}', /s\.yaml:5:7: the grid is empty/],
    ['board: hikey\ngrid: { size: [] }', /s\.yaml:5:\d+: the axis size has no values/],
    ['board: hikey\nlist: []', /s\.yaml:5:7: the list of points is empty/],
    ['board: hikey', /needs a grid, a list, or both/],
    [
      'board: hikey\nworkloads: [gralocc]\ngrid: { size: [64M] }',
      /unknown workload "gralocc"; did you mean gralloc/,
    ],
    [
      'board: hikey\ngrid: { size: [64M], workloads: [[gralloc], [./none.yaml]] }',
      /none\.yaml: no such file/,
    ],
    ['board: hikey\ngrid: { size: [64Q] }', /s\.yaml:5:\d+: size: expected a size/],
    ['board: hikey\ngrid: { size: { from: 2M, to: 1M } }', /nothing lies from 2M to 1M/],
    ['board: hikey\ngrid: { size: [64M] }\nrows: bord', /s\.yaml:6:7: rows: no axis is called "bord"/],
    [
      'board: hikey\ngrid: { seed: { from: 1, to: 1000000 }, size: { from: 1M, to: 1000M, step: 1M } }',
      /the grid has 1,000,000,000 points \(seed: 1,000,000, size: 1,000\), more than 1,000,000/,
    ],
  ])('refuses %j before anything runs', async (rest, message) => {
    writeFileSync(at('s.yaml'), `sweep: bad\nsummary: >\n  a sweep that cannot be run\n${rest}\n`);
    const { code, out, err } = await sweep('--out', at('r.jsonl'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  it('says before the work where the result cannot be written', async () => {
    const { code, err } = await sweep('--out', at('missing/r.jsonl'));
    expect(code).toBe(2);
    expect(err).toMatch(/missing\/r\.jsonl: cannot be written: no such file or directory/);
    expect((await sweep('--out', folder)).err).toMatch(/it is a folder/);
    expect((await sweep('--resume')).err).toMatch(/--resume needs --out/);
    expect((await sweep('--shard', '4/3')).err).toMatch(/--shard 4\/3/);
  });

  it.skipIf(!existsSync('/dev/full'))('says so where the disk is full at the end', async () => {
    const { code, out, err } = await sweep('--out', '/dev/full');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/\/dev\/full: cannot be written: no space left on device/);
  });
});

describe('merge', () => {
  it('wants all points, of one sweep, with one result each', async () => {
    await sweep('--shard', '1/2', '--out', at('a.jsonl'));
    const missing = await runCommand(['merge', at('a.jsonl')]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/6 of 12 points are missing/) });
    expect((await runCommand(['merge', at('a.jsonl'), '--out', at('m.jsonl')])).code).toBe(2);
    expect(readdirSync(folder).toSorted()).toEqual(['a.jsonl', 's.yaml']);
    expect(await runCommand(['merge', at('a.jsonl'), '--partial'])).toMatchObject({
      code: 0,
      out: bytes('a.jsonl'),
    });
    writeFileSync(at('b.jsonl'), bytes('a.jsonl').replace('"passed":true', '"passed":false'));
    expect((await runCommand(['merge', at('a.jsonl'), at('b.jsonl')])).err).toMatch(
      /point \d+ has another result/,
    );
    writeFileSync(at('c.jsonl'), bytes('a.jsonl').replace('pools', 'ponds'));
    expect((await runCommand(['merge', at('a.jsonl'), at('c.jsonl')])).err).toMatch(/is of another sweep/);
    writeFileSync(at('d.jsonl'), 'hello\n');
    expect((await runCommand(['merge', at('d.jsonl')])).err).toMatch(/d\.jsonl:1: is no JSON/);
  });
});
