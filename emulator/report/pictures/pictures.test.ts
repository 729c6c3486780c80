import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlappingLabels } from '../../testing/overlapping-labels.ts';
import type { AreaTimeline } from '../../whatif/area-timeline.ts';
import { drawComparison } from './comparison.ts';
import { drawHeatMap } from './heat-map.ts';
import { type DrawnPicture, drawMemoryMap, type MapItem } from './memory-map.ts';
import { spreadLabels } from './spread-labels.ts';
import { drawTimeline } from './timeline.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const longName = 'a-very-long-reserved-memory-node-name-that-goes-past-sixty-four-characters@123456789';

function checkLabels({ svg, labels }: DrawnPicture): void {
  expect(overlappingLabels(labels)).toEqual([]);
  const [, width = '', height = ''] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  for (const { x, y, width: wide, height: high, text } of labels) {
    expect(x, text).toBeGreaterThanOrEqual(0);
    expect(y, text).toBeGreaterThanOrEqual(0);
    expect(x + wide, text).toBeLessThanOrEqual(Number(width));
    expect(y + high, text).toBeLessThanOrEqual(Number(height) + 1);
  }
}

const item = (name: string, base: number, size: number, kind: MapItem['kind'] = 'reserved'): MapItem => ({
  name,
  kind,
  base,
  size,
});

describe('labels that want the same place', () => {
  it('are spread around it, without overlaps and without leaving their room', () => {
    const wishes = [50, 50, 50].map((middle) => ({ middle, height: 10 }));
    expect(spreadLabels(wishes, 0, 100)).toEqual([35, 45, 55]);
    expect(spreadLabels(wishes, 48, 100)).toEqual([48, 58, 68]);
    expect(spreadLabels(wishes, 0, 52)).toEqual([22, 32, 42]);
  });

  it('stay where they want to be as long as they touch nothing', () => {
    expect(
      spreadLabels(
        [
          { middle: 10, height: 10 },
          { middle: 30, height: 10 },
        ],
        0,
        100,
      ),
    ).toEqual([5, 25]);
  });

  it('keep their order and their distance for any wishes', () => {
    const wish = fc.record({
      middle: fc.integer({ min: -50, max: 500 }),
      height: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 30 }), (unsorted) => {
        const wishes = unsorted.sort((one, other) => one.middle - other.middle);
        const room = wishes.reduce((sum, { height }) => sum + height, 0) + 100;
        const tops = spreadLabels(wishes, 0, room);
        for (const [index, top] of tops.entries()) {
          expect(top).toBeGreaterThanOrEqual(-1e-6);
          expect(top + (wishes[index]?.height ?? 0)).toBeLessThanOrEqual(room + 1e-6);
          const before = index === 0 ? 0 : (tops[index - 1] ?? 0) + (wishes[index - 1]?.height ?? 0);
          expect(top).toBeGreaterThanOrEqual(before - 1e-6);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('the memory map', () => {
  const banks = [
    { base: 0, size: 2 * gib },
    { base: 8 * gib, size: 6 * gib },
  ];

  it.each([
    ['nothing', []],
    ['one region', [item('one', mib, mib)]],
    ['1 MiB beside 4 GiB', [item('tiny', 8 * gib, mib), item('huge', 8 * gib + mib, 4 * gib, 'default')]],
    [
      'things that overlap',
      [item('a', 0, 64 * mib), item('b', 32 * mib, 64 * mib), item('c', 40 * mib, mib)],
    ],
    ['what lies outside of memory', [item('outside', 40 * gib, mib, 'failed')]],
    ['long names', [item(longName, 0, mib), item(longName, 2 * mib, mib)]],
    ['60 regions', Array.from({ length: 60 }, (_, index) => item(`region@${index}`, index * 3 * mib, mib))],
  ])('of %s has no overlapping labels', (_name, items) => {
    checkLabels(drawMemoryMap({ title: longName, banks, items }));
  });

  it('has none for any regions', () => {
    const region = fc.record({
      name: fc.string({ maxLength: 70 }),
      kind: fc.constantFrom('reserved' as const, 'noMap' as const, 'cma' as const),
      base: fc.integer({ min: 0, max: 14 * 1024 }).map((at) => at * mib),
      size: fc.integer({ min: 1, max: 1 << 20 }).map((kib) => kib * 1024),
    });
    fc.assert(
      fc.property(fc.array(region, { maxLength: 60 }), (items) =>
        checkLabels(drawMemoryMap({ title: 'any', banks, items })),
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it('draws things of one window to one scale', () => {
    const { svg } = drawMemoryMap({
      title: 'scale',
      banks: [{ base: 0, size: gib }],
      items: [item('one', 0, 10 * mib, 'noMap'), item('three', 10 * mib, 30 * mib, 'firmware')],
    });
    const heightOf = (kind: string) =>
      Number(
        new RegExp(`x="78" y="[\\d.]+" width="44" height="([\\d.]+)" class="item ${kind}"`).exec(svg)?.[1],
      );
    expect(heightOf('firmware') / heightOf('noMap')).toBeCloseTo(3, 1);
  });

  it('escapes what names hold', () => {
    const { svg } = drawMemoryMap({ title: '<b>', banks, items: [item('<script>&"', 0, mib)] });
    expect(svg).not.toMatch(/<script|<b>/);
  });
});

describe('the timeline of an area', () => {
  const timeline = (runCount: number, failureCount: number): AreaTimeline => ({
    area: longName,
    pageCount: 8192,
    pageSizeBytes: 4096,
    moments: runCount + failureCount + 1,
    runs: Array.from({ length: runCount }, (_, index) => ({
      buffer: index,
      process: `${longName}#${index % 12}`,
      start: index * 16,
      count: 16,
      from: index,
      to: index % 3 === 0 ? undefined : index + 2,
    })),
    free: Array.from({ length: runCount + failureCount + 1 }, (_, index) => ({
      pages: 8192 - index,
      largest: 4000,
    })),
    failures: Array.from({ length: failureCount }, (_, index) => ({ moment: index * 2, pages: 5000 })),
  });

  it.each([
    [0, 0],
    [1, 1],
    [60, 40],
    [500, 0],
  ])('of %i buffers and %i failures has no overlapping labels', (runs, failures) => {
    checkLabels(drawTimeline(timeline(runs, failures)));
  });
});

describe('a comparison of boards', () => {
  it('has no overlapping labels, and draws 1 MiB beside 8 GiB', () => {
    const board = (name: string, reserved: number) => ({
      name,
      note: 'Linux 6.12; heaps system, reserved',
      parts: [
        { kind: 'cma' as const, bytes: 64 * mib },
        { kind: 'noMap' as const, bytes: reserved },
        { kind: 'usable' as const, bytes: 8 * gib - reserved },
      ],
    });
    const drawn = drawComparison('Boards', [board('one', mib), board(longName, 0), board('three', gib)]);
    checkLabels(drawn);
    expect(drawn.svg.match(/class="item noMap"/g)?.length).toBeGreaterThanOrEqual(4);
    checkLabels(drawComparison('None', []));
  });
});

describe('the heat map of a sweep', () => {
  const field = (columns: number, rows: number, text: string) => ({
    title: 'Peak use',
    across: { name: 'size', values: Array.from({ length: columns }, (_, index) => `${index * 16} MiB`) },
    down: {
      name: 'release',
      values: Array.from({ length: rows }, (_, index) => (index === 0 ? longName : `6.${index}`)),
    },
    cells: Array.from({ length: rows }, (_, row) =>
      Array.from({ length: columns }, (_, column) =>
        column === row ? undefined : { value: column * row, text, failed: column < row },
      ),
    ),
  });

  it.each([
    [1, 1, '1 %'],
    [3, 4, '100 %'],
    [40, 30, '12,345 buffers'],
  ])('of %i columns and %i rows has no overlapping labels', (columns, rows, text) => {
    checkLabels(drawHeatMap(field(columns, rows, text)));
  });
});
