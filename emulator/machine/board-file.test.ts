import { describe, expect, it, test } from 'vitest';
import { GiB, MiB } from '../base/units.ts';
import { parseBoardFile } from './board-file.ts';

const facts = {
  name: 'name: demo',
  title: 'title: Demo board',
  source: 'source: made up for this test',
  dts: 'dts: demo.dts',
  release: "release: '6.1'",
};

function profile(changes: Record<string, string | undefined> = {}) {
  const lines = Object.values({ ...facts, ...changes }).filter((line) => line !== undefined);
  return parseBoardFile(`${lines.join('\n')}\n`, '/boards/demo/board.yaml');
}

test('a small profile has empty memory, configuration and devices', () => {
  expect(profile()).toMatchObject({
    name: 'demo',
    release: '6.1',
    memory: [],
    devices: [],
    bootargs: undefined,
  });
});

test('the devicetree source lies beside the profile', () => {
  expect(profile().dtsFile).toBe('/boards/demo/demo.dts');
});

test('memory is a list of ranges', () => {
  expect(profile({ memory: 'memory: [0x0+1G, 0x100000000+512M]' }).memory).toEqual([
    { baseBytes: 0n, sizeBytes: GiB },
    { baseBytes: 4n * GiB, sizeBytes: 512n * MiB },
  ]);
});

test('configuration values are what a .config would hold', () => {
  const { configuration } = profile({
    configuration: 'configuration: {CMA_SIZE_MBYTES: 128, NUMA: false, X: m}',
  });
  expect([...configuration]).toEqual([
    ['CMA_SIZE_MBYTES', '128'],
    ['NUMA', 'n'],
    ['X', 'm'],
  ]);
});

test.each([
  ['an unknown key', { memory: 'memry: []' }, /board\.yaml:6:1: unknown key "memry"/],
  ['a missing title', { title: undefined }, /board\.yaml:1:1: title: /],
  ['a release that is no string', { release: 'release: 6.1' }, /board\.yaml:5:10: release: .*in quotes/],
  ['memory that is no range', { memory: 'memory: [1G]' }, /board\.yaml:6:10: memory\[0\]: .*BASE\+SIZE/],
  ['memory of size 0', { memory: 'memory: [0x0+0]' }, /board\.yaml:6:10: memory\[0\]: .*size above 0/],
  [
    'a prefixed symbol',
    { configuration: 'configuration: {CONFIG_CMA: y}' },
    /board\.yaml:6:.*without CONFIG_/,
  ],
  ['a name with capitals', { name: 'name: HiKey' }, /board\.yaml:1:7: name: .*small letters/],
])('%s is refused with its line', (_, changes, message) => {
  expect(() => profile(changes)).toThrow(message);
});

describe('what a board exports and what its vendor adds', () => {
  const head = 'name: b\ntitle: B\nsource: s\ndts: b.dts\n';

  it('are read as they stand', () => {
    const text = `${head}exports:\n  - { device: /soc/camera@1000, region: pool }\nheaps:\n  - { name: v, backing: system, dma32: true, group: video, source: vendor }\n`;
    const { exports, heaps } = parseBoardFile(text, 'b/board.yaml');
    expect(exports).toEqual([{ device: '/soc/camera@1000', region: 'pool' }]);
    expect(heaps).toMatchObject([
      { name: 'v', backing: 'system', cached: true, mmap: true, dma32: true, group: 'video' },
    ]);
  });

  it.each([
    [
      `${head}exports: [{ device: camera }]\n`,
      'b/board.yaml:5:21: exports[0].device: expected the path of a node',
    ],
    [
      `${head}heaps: [{ backing: system, source: s }]\n`,
      'b/board.yaml:5:9: heaps[0].name: expected the name of the heap',
    ],
    [`${head}heaps: [{ name: v, backing: system }]\n`, 'heaps[0].source'],
  ])('say where they are wrong: %j', (text, message) => {
    expect(() => parseBoardFile(text, 'b/board.yaml')).toThrow(message);
  });
});
