import { describe, expect, it } from 'vitest';
import { parseBoardFile } from './board-file.ts';

const board = (more: string) =>
  parseBoardFile(
    `name: x\ntitle: X\nsource: a test\ndts: x.dts\nrelease: '6.12'\n${more}`,
    'dts/x/board.yaml',
  );

describe('drivers of a board', () => {
  it('have usual values for what is left out', () => {
    const { drivers } = board(`
drivers:
  - node: /soc/ade@f4100000
  - { node: /isp, name: isp, at: 1.5s, allocate: [8M, 4K], region: camera, dmaBits: 36 }
`);
    expect(drivers).toEqual([
      {
        node: '/soc/ade@f4100000',
        name: undefined,
        atNs: 200_000_000n,
        allocations: [],
        region: 0,
        dmaBits: undefined,
      },
      {
        node: '/isp',
        name: 'isp',
        atNs: 1_500_000_000n,
        allocations: [8n << 20n, 4096n],
        region: 'camera',
        dmaBits: 36,
      },
    ]);
  });

  it.each([
    ['drivers: [{ node: soc }]\n', /dts\/x\/board\.yaml:6:19: drivers\[0\]\.node: expected a path of a node/],
    ['drivers: [{ node: /a, at: soon }]\n', /expected a time, such as 1\.5s or 200ms, not "soon"/],
    ['drivers: [{ node: /a, allocate: much }]\n', /expected a size/],
    ['tee: { static: 32M }\n', /expected BASE\+SIZE with a size above 0/],
    ['tee: { heaps: [cinema] }\n', /tee\.heaps/],
  ])('are refused with the place: %j', (text, message) => {
    expect(() => board(text)).toThrow(message);
  });
});

describe('the trusted environment of a board', () => {
  it('offers secure video where nothing else is said', () => {
    expect(board('tee: { static: 0x7c000000+32M, dynamic: 16M }\n').tee).toEqual({
      staticPool: { baseBytes: 0x7c00_0000n, sizeBytes: 32n << 20n },
      dynamicBytes: 16n << 20n,
      uses: ['secure-video'],
    });
    expect(board('').tee).toBeUndefined();
  });
});
