import { describe, expect, it } from 'vitest';
import { bootSmall, textsOf } from '../../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../../testing/build-tree.ts';

const mib = 2 ** 20;

describe('an area behind the end of memory, where page structures exist', () => {
  const pool: NodeText = {
    compatible: 'shared-dma-pool',
    reusable: true,
    'linux,cma-default': true,
    reg: cells(0x4600_0000, 32 * mib),
  };
  const tree = treeWith({ ram: { base: 0x4000_0000, size: 128 * mib }, regions: { pool } });
  const areaOn = (release: string) => {
    const outcome = bootSmall(tree, { release, bootargs: 'mem=96M' });
    return { area: outcome.kernel?.cma.all[0], texts: textsOf(outcome) };
  };

  it('hands its pages out on 6.1', () => {
    const { area, texts } = areaOn('6.1');
    expect(area?.usedPages).toBe(96);
    expect(texts.some((text) => text.includes('alloc failed'))).toBe(false);
  });

  it('finds them all busy on 6.12, and the atomic pools come from elsewhere', () => {
    const { area, texts } = areaOn('6.12');
    expect(area?.usedPages).toBe(0);
    expect(texts.filter((text) => text.endsWith('alloc failed, req-size: 32 pages, ret: -16'))).toHaveLength(
      texts.filter((text) => text.startsWith('DMA: preallocated 128 KiB')).length,
    );
  });
});

describe('pages that two areas share', () => {
  const pool = { compatible: 'shared-dma-pool', reusable: true as const };
  const regions: NodeText = {
    first: { ...pool, 'linux,cma-default': true, reg: cells(0x5000_0000, 32 * mib) },
    second: { ...pool, reg: cells(0x5100_0000, 32 * mib) },
  };
  const areasOn = (release: string) => {
    const areas = bootSmall(treeWith({ regions }), { release }).kernel?.cma.all ?? [];
    return { first: areas[0], second: areas[1] };
  };

  it('are bad on 6.1', () => {
    expect(areasOn('6.1').first?.alloc(4096, 8)).toBeLessThan(0);
  });

  it('are for the area that asks first on 6.12', () => {
    const { first, second } = areasOn('6.12');
    expect(first?.alloc(4096, 8)).toBe(0x5010_0000 / 4096);
    expect(second?.alloc(1, 0)).toBe(0x5110_0000 / 4096);
  });
});
