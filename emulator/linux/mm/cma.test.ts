import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Printk } from '../kernel/printk.ts';
import { Clock } from '../kernel/time.ts';
import { releaseNamed } from '../releases.ts';
import { errno } from '../uapi/errno.ts';
import { CmaArea } from './cma.ts';
import { CmaFailureLog } from './cma-failure-log.ts';
import { PageAllocator } from './page-alloc.ts';
import { Zone } from './zone.ts';

const basePfn = 0x7e000;

function activeArea(pageCount: number, release = '6.1') {
  const zone = new Zone({
    name: 'DMA',
    startPfn: 0x40000,
    endPfn: 0x80000,
    maxOrder: 10,
    pageblockOrder: 10,
  });
  const pages = new PageAllocator([zone]);
  const clock = new Clock();
  const log = new Printk(clock);
  const { behaviours } = releaseNamed(release);
  const declaration = { name: 'linux,cma', index: 0, basePfn, pageCount, nodePath: undefined };
  const area = new CmaArea(declaration, behaviours, new CmaFailureLog(log, clock, behaviours, false));
  area.activate(pages, log);
  return { area, pages, log, clock };
}

describe('an area', () => {
  it('hands out the first run that fits, aligned by its physical address', () => {
    const { area, pages } = activeArea(8192);
    expect(area.alloc(96, 0)).toBe(basePfn);
    expect(area.alloc(1, 0)).toBe(basePfn + 96);
    expect(area.alloc(256, 8)).toBe(basePfn + 256);
    expect(area.alloc(100, 7)).toBe(basePfn + 128);
    expect(area.usedPages).toBe(96 + 1 + 256 + 100);
    expect(pages.freeCmaPages).toBe(8192 - area.usedPages);
  });

  it('takes back what it gave, and nothing else', () => {
    const { area, pages } = activeArea(8192);
    const pfn = area.alloc(300, 8);
    expect(area.release(pfn + 8000, 300)).toBe(false);
    expect(area.release(basePfn - 1, 1)).toBe(false);
    expect(area.release(pfn, 300)).toBe(true);
    expect(area.usedPages).toBe(0);
    expect(pages.freeCmaPages).toBe(8192);
    expect(area.statistics).toMatchObject({ allocatedPages: 300, releasedPages: 300, refusedPages: 0 });
  });

  it('refuses where enough is free but no run is long enough', () => {
    const { area, log } = activeArea(8192);
    const buffers = Array.from({ length: 32 }, () => area.alloc(256, 8));
    for (const [index, pfn] of buffers.entries()) if (index % 2 === 1) area.release(pfn, 256);
    expect(area.largestFreePages).toBe(256);
    expect(area.alloc(512, 8)).toBe(-errno.ENOMEM);
    expect(log.lines.at(-1)?.text).toBe(
      'cma: cma_alloc: linux,cma: alloc failed, req-size: 512 pages, ret: -12',
    );
    expect(area.alloc(256, 8)).toBe(basePfn + 256);
  });

  it('refuses more than it has in silence on 6.1, and with a message on 7.3', () => {
    const old = activeArea(8192);
    expect(old.area.alloc(8193, 0)).toBe(-errno.ENOMEM);
    expect(old.log.lines).toEqual([]);
    expect(old.area.statistics.refusedPages).toBe(8193);
    const now = activeArea(8192, '7.3');
    expect(now.area.alloc(8193, 0)).toBe(-errno.EBUSY);
    expect(now.log.lines.map((line) => line.text)).toEqual([
      'cma: __cma_alloc_frozen: linux,cma: alloc failed, req-size: 8193 pages, ret: -16',
      'cma: number of available pages: ',
      'cma: range 0: 8192@0',
      'cma: ',
      '=> 8192 free of 8192 total pages',
    ]);
  });

  it('prints at most ten failures in five seconds', () => {
    const { area, log, clock } = activeArea(1024);
    area.alloc(1024, 0);
    for (let failure = 0; failure < 15; failure++) area.alloc(1, 0);
    expect(log.lines).toHaveLength(10);
    clock.advance(6_000_000_000n);
    area.alloc(1, 0);
    expect(log.lines.slice(10).map((line) => line.text)).toEqual([
      'cma_alloc: 5 callbacks suppressed',
      'cma: cma_alloc: linux,cma: alloc failed, req-size: 1 pages, ret: -12',
    ]);
  });

  it('that crosses a zone becomes ordinary memory', () => {
    const zones = [
      new Zone({ name: 'DMA', startPfn: 0x40000, endPfn: 0x7f000, maxOrder: 10, pageblockOrder: 10 }),
      new Zone({ name: 'Normal', startPfn: 0x7f000, endPfn: 0x90000, maxOrder: 10, pageblockOrder: 10 }),
    ];
    const pages = new PageAllocator(zones);
    const clock = new Clock();
    const log = new Printk(clock);
    const { behaviours } = releaseNamed('6.1');
    const declaration = { name: 'wide', index: 0, basePfn, pageCount: 8192, nodePath: undefined };
    const area = new CmaArea(declaration, behaviours, new CmaFailureLog(log, clock, behaviours, false));
    expect(area.activate(pages, log)).toBe(false);
    expect(log.lines.map((line) => line.text)).toEqual(['cma: CMA area wide could not be activated']);
    expect(area.alloc(1, 0)).toBeLessThan(0);
    expect(pages.freePages).toBe(8192);
    expect(pages.freeCmaPages).toBe(0);
  });
});

describe('any sequence of allocations', () => {
  it('keeps used and free pages apart and complete', () => {
    const step = fc.record({ pages: fc.integer({ min: 1, max: 600 }), frees: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { area, pages } = activeArea(4096);
        const live: { pfn: number; count: number }[] = [];
        for (const { pages: count, frees, which } of steps) {
          if (frees && live.length > 0) {
            const [buffer] = live.splice(which % live.length, 1);
            if (buffer !== undefined) expect(area.release(buffer.pfn, buffer.count)).toBe(true);
          } else {
            const order = Math.min(Math.ceil(Math.log2(count)), 8);
            const pfn = area.alloc(count, order);
            if (pfn < 0) continue;
            expect(pfn % 2 ** order).toBe(0);
            expect(live.some((other) => pfn < other.pfn + other.count && other.pfn < pfn + count)).toBe(
              false,
            );
            live.push({ pfn, count });
          }
          const used = live.reduce((sum, buffer) => sum + buffer.count, 0);
          expect(area.usedPages).toBe(used);
          expect(pages.freeCmaPages).toBe(4096 - used);
        }
      }),
      { numRuns: 60 },
    );
  });
});
