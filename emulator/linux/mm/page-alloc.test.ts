import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errno } from '../uapi/errno.ts';
import { type GfpRequest, PageAllocator } from './page-alloc.ts';
import { PageChunks } from './page-chunks.ts';
import { type PageLender, Zone } from './zone.ts';

const maxOrder = 10;

function zoneOf(startPfn: number, endPfn: number, name: 'DMA' | 'Normal' = 'DMA'): Zone {
  return new Zone({ name, startPfn, endPfn, maxOrder, pageblockOrder: 9 });
}

function allocatorOver(startPfn: number, endPfn: number): { pages: PageAllocator; zone: Zone } {
  const zone = zoneOf(startPfn, endPfn);
  zone.addRange(startPfn, endPfn);
  return { pages: new PageAllocator([zone]), zone };
}

const request = (order: number, migrateType: GfpRequest['migrateType'] = 'unmovable'): GfpRequest => ({
  order,
  migrateType,
  zone: 'Normal',
  mayReclaim: false,
});

describe('the buddy', () => {
  it('starts with the largest blocks that its range allows', () => {
    const { zone } = allocatorOver(0x40003, 0x40003 + 1 + 4 + 8 + 1024);
    expect(zone.freePages).toBe(1037);
    expect(zone.freeBlocks.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(1037);
  });

  it('gives aligned blocks and joins them again when they come back', () => {
    const { pages, zone } = allocatorOver(0x40000, 0x44000);
    const before = zone.freeBlocks;
    const taken = [0, 4, 8, 0, 10, 1].map((order) => ({ order, pfn: pages.alloc(request(order)) }));
    for (const { order, pfn } of taken) expect(pfn % 2 ** order).toBe(0);
    for (const { order, pfn } of taken) pages.free(pfn, order);
    expect(zone.freeBlocks).toEqual(before);
  });

  it('answers ENOMEM once nothing of that order is left, and only then', () => {
    const { pages } = allocatorOver(0x40000, 0x40000 + 2048);
    expect(pages.alloc(request(10))).toBeGreaterThan(0);
    expect(pages.alloc(request(9))).toBeGreaterThan(0);
    expect(pages.alloc(request(10))).toBe(-errno.ENOMEM);
    expect(pages.alloc(request(9))).toBeGreaterThan(0);
    expect(pages.alloc(request(0))).toBe(-errno.ENOMEM);
  });

  it('keeps the pages below the watermark', () => {
    const { pages } = allocatorOver(0x40000, 0x40000 + 1024);
    pages.setWatermarks(1000);
    for (let page = 0; page < 24; page++) expect(pages.alloc(request(0))).toBeGreaterThan(0);
    expect(pages.alloc(request(0))).toBe(-errno.ENOMEM);
  });

  it('takes from the highest zone that will do, then from lower ones', () => {
    const low = zoneOf(0x0, 0x400);
    const high = zoneOf(0x100000, 0x100400, 'Normal');
    low.addRange(0x0, 0x400);
    high.addRange(0x100000, 0x100400);
    const pages = new PageAllocator([low, high]);
    expect(pages.alloc(request(10))).toBe(0x100000);
    expect(pages.alloc(request(10))).toBe(0x0);
    expect(pages.alloc(request(0))).toBe(-errno.ENOMEM);
  });
});

/** An area of which any page may be borrowed. */
class Lender implements PageLender {
  readonly basePfn: number;
  readonly pageCount: number;
  readonly #free: Set<number>;

  constructor(startPfn: number, endPfn: number) {
    this.basePfn = startPfn;
    this.pageCount = endPfn - startPfn;
    this.#free = new Set(Array.from({ length: this.pageCount }, (_, page) => startPfn + page));
  }

  get freePages(): number {
    return this.#free.size;
  }

  borrowPage(): number {
    const [pfn] = this.#free;
    if (pfn === undefined) return -errno.ENOMEM;
    this.#free.delete(pfn);
    return pfn;
  }

  returnPage(pfn: number): void {
    this.#free.add(pfn);
  }

  *freeRuns(): IterableIterator<{ start: number; count: number }> {
    for (const pfn of [...this.#free].sort((a, b) => a - b)) yield { start: pfn - this.basePfn, count: 1 };
  }
}

describe('pages of a CMA area', () => {
  it('serve movable requests and never unmovable ones', () => {
    const zone = zoneOf(0x40000, 0x41000);
    zone.addRange(0x40000, 0x40400);
    zone.addLender(new Lender(0x40400, 0x41000));
    const pages = new PageAllocator([zone]);
    expect(pages.freeCmaPages).toBe(0xc00);
    for (let block = 0; block < 2; block++) expect(pages.alloc(request(9))).toBeLessThan(0x40400);
    expect(pages.alloc(request(0))).toBe(-errno.ENOMEM);
    const borrowed = pages.alloc(request(0, 'movable'));
    expect(borrowed).toBeGreaterThanOrEqual(0x40400);
    expect(pages.freeCmaPages).toBe(0xbff);
    pages.free(borrowed, 0);
    expect(pages.freeCmaPages).toBe(0xc00);
  });

  it('count as memory and as free memory', () => {
    const zone = zoneOf(0x40000, 0x41000);
    zone.addRange(0x40000, 0x40400);
    zone.addLender(new Lender(0x40400, 0x41000));
    expect(zone.managedPages).toBe(0x1000);
    expect(zone.freePages).toBe(0x1000);
    expect(zone.freeBlocks.reduce((sum, count, order) => sum + count * 2 ** order, 0)).toBe(0x1000);
  });
});

describe('any sequence of requests', () => {
  it('never hands out a page twice and never loses one', () => {
    const operation = fc.record({
      order: fc.integer({ min: 0, max: maxOrder }),
      type: fc.constantFrom('unmovable', 'movable', 'reclaimable'),
      release: fc.nat(),
      frees: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
        const zone = zoneOf(0x40000, 0x43000);
        zone.addRange(0x40000, 0x42000);
        zone.addLender(new Lender(0x42000, 0x43000));
        const pages = new PageAllocator([zone]);
        const before = zone.freeBlocks;
        const live: { pfn: number; order: number }[] = [];
        const owned = new Set<number>();
        for (const { order, type, release, frees } of operations) {
          if (frees && live.length > 0) {
            const [block] = live.splice(release % live.length, 1);
            if (block === undefined) continue;
            for (let page = 0; page < 2 ** block.order; page++) owned.delete(block.pfn + page);
            pages.free(block.pfn, block.order);
          } else {
            const pfn = pages.alloc(request(order, type));
            if (pfn < 0) continue;
            for (let page = 0; page < 2 ** order; page++) {
              expect(owned.has(pfn + page)).toBe(false);
              owned.add(pfn + page);
            }
            live.push({ pfn, order });
          }
          expect(pages.freePages).toBe(0x3000 - owned.size);
        }
        for (const { pfn, order } of live) pages.free(pfn, order);
        expect(pages.freePages).toBe(0x3000);
        expect(zone.freeBlocks).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});

describe('allocating many at once', () => {
  const size = fc.record({ order: fc.constantFrom(0, 4, 8), count: fc.integer({ min: 1, max: 40 }) });

  it('gives and leaves what as many single calls would', () => {
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 12 }),
        fc.array(fc.nat(11), { maxLength: 8 }),
        (sizes, freed) => {
          const [many, single] = [allocatorOver(0x40003, 0x44000), allocatorOver(0x40003, 0x44000)];
          const inMany: PageChunks[] = [];
          const inSingle: { order: number; pfns: number[] }[] = [];
          for (const [step, { order, count }] of sizes.entries()) {
            const chunks = many.pages.allocMany(request(order), count);
            inMany.push(chunks);
            const one = Array.from({ length: count }, () => single.pages.alloc(request(order))).filter(
              (pfn) => pfn >= 0,
            );
            inSingle.push({ order, pfns: one });
            expect([...chunks.pfns]).toEqual(one);
            const gone = freed[step] ?? -1;
            const [a, b] = [inMany[gone], inSingle[gone]];
            if (a === undefined || b === undefined) continue;
            many.pages.freeMany(a);
            for (const pfn of b.pfns) single.pages.free(pfn, b.order);
            inMany[gone] = new PageChunks(b.order);
            inSingle[gone] = { order: b.order, pfns: [] };
            expect(many.zone.freeBlocks).toEqual(single.zone.freeBlocks);
          }
        },
      ),
    );
  });
});
