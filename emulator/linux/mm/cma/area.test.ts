import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootSmall, textsOf } from '../../../testing/boot-small.ts';
import { cells, treeWith } from '../../../testing/build-tree.ts';
import { errno } from '../../uapi/errno.ts';

const pool = {
  compatible: 'shared-dma-pool',
  reusable: true,
  'linux,cma-default': true,
  reg: cells(0x6000_0000, 0x100_0000),
} as const;

function areaOf(release: string) {
  const outcome = bootSmall(treeWith({ regions: { 'pool@60000000': pool } }), {
    release,
    bootargs: 'coherent_pool=4K',
  });
  const area = outcome.kernel?.contiguous.defaultArea;
  if (outcome.kernel === undefined || area === undefined) throw new Error('the boot made no default area');
  return {
    area,
    outcome,
    kernel: outcome.kernel,
    printed: () => textsOf(outcome).filter((text) => text.startsWith('cma: ')),
  };
}

describe('an area', () => {
  it('gives the first place that fits, aligned by its physical address', () => {
    const { area } = areaOf('6.1');
    const used = area.usedPages;
    expect(area.alloc(1, 0)).toBe(area.basePfn + used);
    expect(area.alloc(16, 4)).toBe(area.basePfn + 16);
    expect(area.alloc(1, 0)).toBe(area.basePfn + used + 1);
  });

  it('takes back what it gave, and nothing else', () => {
    const { area } = areaOf('6.1');
    const pfn = area.alloc(8, 3);
    expect(area.release(area.basePfn + area.pageCount, 1)).toBe(false);
    expect(area.release(pfn, 8)).toBe(true);
    expect(area.statistics.releasedPages).toBe(8);
  });

  it('says on 6.1 that there is no room, but not that a request is larger than the area', () => {
    const { area, printed } = areaOf('6.1');
    const before = printed().length;
    expect(area.alloc(area.pageCount + 1, 8)).toBeLessThan(0);
    expect(printed()).toHaveLength(before);
    expect(area.alloc(area.pageCount, 8)).toBe(-errno.ENOMEM);
    expect(printed().at(-1)).toBe(
      `cma: cma_alloc: pool@60000000: alloc failed, req-size: ${area.pageCount} pages, ret: -12`,
    );
  });

  it('says both on 7.3, with the free ranges', () => {
    const { area, printed } = areaOf('7.3');
    const free = area.pageCount - area.usedPages;
    area.alloc(area.pageCount + 1, 8);
    expect(printed().slice(-4)).toEqual([
      `cma: __cma_alloc_frozen: pool@60000000: alloc failed, req-size: ${area.pageCount + 1} pages, ret: -16`,
      'cma: number of available pages: ',
      `cma: range 0: +${free}@${area.usedPages}`,
      'cma: ',
    ]);
  });

  it('stops complaining after ten failures in five seconds', () => {
    const { area, kernel, printed } = areaOf('6.1');
    const before = printed().length;
    for (let failure = 0; failure < 20; failure += 1) area.alloc(area.pageCount, 8);
    expect(printed()).toHaveLength(before + 10);
    kernel.clock.advance(6_000_000_000n);
    area.alloc(area.pageCount, 8);
    expect(textsOf({ booted: true, kernel })).toContain('cma_alloc: 10 callbacks suppressed');
  });

  it('never gives a page twice', () => {
    const { area } = areaOf('6.1');
    const first = area.usedPages;
    const step = fc.record({ count: fc.integer({ min: 1, max: 300 }), frees: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const live: { pfn: number; count: number }[] = [];
        for (const { count, frees, which } of steps) {
          const gone = frees ? live.splice(which % Math.max(1, live.length), 1)[0] : undefined;
          if (gone !== undefined) area.release(gone.pfn, gone.count);
          else if (!frees) {
            const pfn = area.alloc(count, Math.min(8, Math.ceil(Math.log2(count))), { noWarn: true });
            if (pfn < 0) continue;
            for (const other of live)
              expect(pfn + count <= other.pfn || other.pfn + other.count <= pfn).toBe(true);
            live.push({ pfn, count });
          }
          expect(area.usedPages).toBe(first + live.reduce((sum, one) => sum + one.count, 0));
        }
        for (const { pfn, count } of live) area.release(pfn, count);
        expect(area.usedPages).toBe(first);
      }),
      { numRuns: 40 },
    );
  });

  it('lends its free pages, and cannot have those back that are pinned', () => {
    const { area, kernel } = areaOf('6.1');
    const before = kernel.cma.freePages;
    const borrowed: number[] = [];
    while (kernel.cma.freePages > 0) {
      const pfn = kernel.pages.alloc({ order: 0, migrateType: 'movable', zone: 'Normal', mayReclaim: false });
      if (pfn < 0) break;
      borrowed.push(pfn);
    }
    const inArea = borrowed.filter((pfn) => pfn >= area.basePfn && pfn < area.basePfn + area.pageCount);
    expect(inArea).toHaveLength(before);
    for (const pfn of inArea) area.pinPage(pfn, true);
    expect(area.alloc(1, 0, { noWarn: true })).toBe(-errno.EBUSY);
    for (const pfn of borrowed) kernel.pages.free(pfn, 0);
    expect(area.alloc(1, 0)).toBeGreaterThan(0);
  });

  it('passes over pageblocks in which early code freed a page: they stay in nobody’s hands', () => {
    const overImage = { ...pool, reg: cells(0x4000_0000, 0x400_0000) };
    const offsets = (release: string) => {
      const tree = treeWith({ regions: { 'pool@40000000': overImage } });
      const area = bootSmall(tree, { release, bootargs: 'coherent_pool=4K' }).kernel?.contiguous.defaultArea;
      if (area === undefined) throw new Error('the boot made no default area');
      return [area.alloc(4096, 8) - area.basePfn, area.freePages + area.usedPages];
    };
    // The image ends in the third block of 4 MiB, with its first page tables.
    expect(offsets('6.1')).toEqual([3072, 16384 - 1024]);
    expect(offsets('6.12')).toEqual([256, 16384]);
  });
});
