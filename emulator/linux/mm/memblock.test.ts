import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memblock } from './memblock.ts';

const page = 4096n;
const ram = { base: 0x4000_0000n, size: 0x1000_0000n };
const somebody = { owner: 'somebody' };

function memblock(slots = 128): Memblock {
  const made = new Memblock({ pageSizeBytes: 4096, memorySlots: slots, reservedSlots: slots });
  made.add(ram.base, ram.size);
  return made;
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sizeOf = (ranges: Iterable<{ readonly base: bigint; readonly end: bigint }>): bigint =>
  [...ranges].reduce((sum, { base, end }) => sum + end - base, 0n);

describe('memblock', () => {
  it('finds the highest place, aligned, below the end of its window', () => {
    const blocks = memblock();
    expect(blocks.find(0x200_0000n, 0x40_0000n)).toBe(0x4e00_0000n);
    expect(blocks.find(0x200_0000n, 0x40_0000n, { end: 0x4810_0000n })).toBe(0x4600_0000n);
    expect(blocks.find(0x200_0000n, 0x40_0000n, { bottomUp: true })).toBe(ram.base);
  });

  it('keeps out of reserved and unmapped ranges', () => {
    const blocks = memblock();
    blocks.reserve(0x4fff_f000n, page, somebody);
    blocks.markNoMap(0x4f00_0000n, page, somebody);
    expect(blocks.find(0x80_0000n, 0x40_0000n)).toBe(0x4f40_0000n);
    expect(blocks.find(0x100_0000n, 0x40_0000n)).toBe(0x4e00_0000n);
  });

  it('finds a place for nothing at the nearer end of a window that holds no memory', () => {
    const blocks = memblock();
    expect(blocks.find(0n, 0x1000n, { start: 0x6000_0000n, end: 0x7000_0000n })).toBe(0x6000_0000n);
    expect(blocks.find(0n, 0x40_0000n, { start: 0x6010_0000n, end: 0x7000_0000n })).toBeUndefined();
    expect(blocks.find(page, page, { start: 0x6000_0000n, end: 0x7000_0000n })).toBeUndefined();
  });

  it('never gives the first page', () => {
    const blocks = new Memblock({ pageSizeBytes: 4096, memorySlots: 128, reservedSlots: 128 });
    blocks.add(0n, 2n * page);
    expect(blocks.find(2n * page, page)).toBeUndefined();
    expect(blocks.find(page, page)).toBe(page);
  });

  it('merges neighbours of a kind and splits where kinds differ', () => {
    const blocks = memblock();
    blocks.markNoMap(0x4800_0000n, 0x10_0000n, somebody);
    expect(blocks.memory.regions.map(({ noMap }) => noMap)).toEqual([false, true, false]);
    blocks.clearNoMap(0x4800_0000n, 0x10_0000n);
    expect(blocks.memory.regions).toHaveLength(1);
  });

  it('drops what lies above a limit, but for unmapped ranges', () => {
    const blocks = memblock();
    blocks.markNoMap(0x4f00_0000n, page, somebody);
    blocks.limitMemory(0x800_0000n);
    expect(blocks.memory.regions).toEqual([
      { base: 0x4000_0000n, end: 0x4800_0000n, noMap: false },
      { base: 0x4f00_0000n, end: 0x4f00_1000n, noMap: true },
    ]);
  });

  it('remembers who asked, although its table merges', () => {
    const blocks = memblock();
    blocks.reserve(0x4100_0000n, page, { owner: 'one' });
    blocks.reserve(0x4100_1000n, page, { owner: 'two' });
    expect(blocks.reserved.regions).toHaveLength(1);
    expect(blocks.claimsIn(0x4100_1000n, 0x4100_2000n).map(({ owner }) => owner)).toEqual(['two']);
  });

  it('refuses a range for which a table has no room, until the table may move', () => {
    const blocks = memblock(4);
    const places = [0n, 1n, 2n, 3n, 4n].map((index) => 0x4100_0000n + index * 16n * page);
    const done = places.map((base) => blocks.reserve(base, page, somebody));
    expect(done).toEqual([true, true, true, true, false]);
    blocks.allowResize();
    expect(blocks.reserve(0x4200_0000n, page, somebody)).toBe(true);
    expect(blocks.claims.at(-1)?.base).toBe(0x4200_0000n);
    expect(blocks.claims.some(({ owner }) => owner.includes('table'))).toBe(true);
  });
});

describe('any sequence of reservations', () => {
  const place = fc.record({
    at: fc.bigInt({ min: 0n, max: ram.size - 1n }),
    size: fc.bigInt({ min: 1n, max: 0x100_0000n }),
    kind: fc.constantFrom('reserve', 'free', 'unmap', 'allocate'),
  });

  it('keeps used and free together the size of memory, and its tables in order', () => {
    fc.assert(
      fc.property(fc.array(place, { maxLength: 40 }), (places) => {
        const blocks = memblock();
        for (const { at, size, kind } of places) {
          const base = ram.base + at;
          if (kind === 'reserve') blocks.reserve(base, size, somebody);
          else if (kind === 'free') blocks.free(base, size);
          else if (kind === 'unmap') blocks.markNoMap(base, size, somebody);
          else {
            const before = sizeOf(blocks.freeRanges());
            const given = blocks.allocate(size, 64n, somebody);
            if (given !== undefined) expect(sizeOf(blocks.freeRanges())).toBe(before - size);
          }
        }
        const mapped = blocks.memory.regions.filter(({ noMap }) => !noMap);
        const taken = mapped.reduce((sum, { base, end }) => {
          const inside = blocks.reserved.regions.map((one) => ({
            base: larger(one.base, base),
            end: smaller(one.end, end),
          }));
          return sum + sizeOf(inside.filter((one) => one.base < one.end));
        }, 0n);
        expect(sizeOf(blocks.freeRanges()) + taken).toBe(sizeOf(mapped));
        for (const { regions } of [blocks.memory, blocks.reserved]) {
          for (const [index, next] of regions.slice(1).entries()) {
            expect(regions[index]?.end ?? 0n).toBeLessThanOrEqual(next.base);
          }
        }
      }),
    );
  });
});
