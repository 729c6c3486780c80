import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootSmall, remainsOf, textsOf } from '../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../testing/build-tree.ts';
import { releaseNames } from '../releases.ts';

const mib = 2 ** 20;

describe('the area of the configuration', () => {
  it('lies below the memory map on 6.1, and above it on 7.3', () => {
    const base = (release: string): number => {
      const area = bootSmall(treeWith({}), { release }).kernel?.contiguous.defaultArea;
      return (area?.basePfn ?? 0) * 4096;
    };
    expect(base('7.3')).toBeGreaterThan(base('6.1'));
    expect(base('6.1') + 32 * mib).toBeLessThanOrEqual(0x8000_0000 - 16 * mib);
  });

  it.each([
    ['cma=64M', 64, undefined],
    ['cma=1M', 4, undefined],
    ['cma=64M@0x60000000', 64, 0x6000_0000],
    ['cma=64M@0x50000000-0x60000000', 64, 0x5c00_0000],
    ['cma=16M cma=8M', 8, undefined],
  ])('follows %s', (bootargs, sizeMiB, base) => {
    const area = bootSmall(treeWith({}), { bootargs }).kernel?.contiguous.defaultArea;
    expect((area?.pageCount ?? 0) * 4096).toBe(sizeMiB * mib);
    if (base !== undefined) expect((area?.basePfn ?? 0) * 4096).toBe(base);
  });

  it.each(['cma=0', 'cma=', 'cma=abc', 'cma=8G', 'cma=64M@0x60100000'])('is missing with %s', (bootargs) => {
    expect(bootSmall(treeWith({}), { bootargs }).kernel?.contiguous.defaultArea).toBeUndefined();
  });

  it('is unchanged by a bare cma, which is malformed', () => {
    const outcome = bootSmall(treeWith({}), { bootargs: 'cma' });
    expect(textsOf(outcome)).toContain("Malformed early option 'cma'");
    expect(outcome.kernel?.contiguous.defaultArea?.name).toBe('reserved');
  });

  it('becomes one block of 512 MiB with 64K pages', () => {
    const ram = { base: 0x4000_0000, size: 0x8000_0000 };
    const area = bootSmall(treeWith({ ram }), { symbols: ['ARM64_64K_PAGES=y'] }).kernel?.contiguous
      .defaultArea;
    expect((area?.pageCount ?? 0) * 65536).toBe(512 * mib);
  });
});

describe('memory', () => {
  it('is what the tree says, less what mem= takes away', () => {
    const outcome = bootSmall(treeWith({}), { bootargs: 'mem=512M' });
    expect(textsOf(outcome)).toContain('Memory limited to 512MB');
    expect(textsOf(outcome)).toContain('  node   0: [mem 0x0000000040000000-0x000000005fffffff]');
  });

  it('has its default area where every bus reaches it, to a power of two or to the address', () => {
    const ram = { base: 0x4000_0000, size: 0x8000_0000 };
    const soc = {
      '#address-cells': [1],
      '#size-cells': [1],
      'dma-ranges': [0, 0, 0x4000_0000, 0x1000_0000],
    };
    const end = (release: string): number => {
      const area = bootSmall(treeWith({ ram, root: { soc } }), { release }).kernel?.contiguous.defaultArea;
      return ((area?.basePfn ?? 0) + (area?.pageCount ?? 0)) * 4096;
    };
    expect(end('6.1')).toBe(0x8000_0000);
    expect(end('6.12')).toBe(0x5000_0000);
  });

  it('gives atomic pools their pages out of the default area', () => {
    const used = (release: string) =>
      bootSmall(treeWith({}), { release }).kernel?.contiguous.defaultArea?.usedPages;
    expect(used('6.1')).toBe(96);
    expect(used('7.3')).toBe(32);
  });
});

describe('any tree', () => {
  const size = fc.integer({ min: 0, max: 0x400 }).map((blocks) => blocks * 0x4_0000);
  const flags = fc.record({
    reusable: fc.boolean(),
    noMap: fc.boolean(),
    isDefault: fc.boolean(),
    compatible: fc.constantFrom(undefined, 'shared-dma-pool', 'restricted-dma-pool', 'ramoops'),
    status: fc.constantFrom(undefined, 'okay', 'disabled'),
  });
  const region = fc.record({
    base: fc.option(fc.integer({ min: 0x1000, max: 0x2000 }).map((blocks) => blocks * 0x4_0000)),
    size,
    flags,
  });
  const nodeOf = ({
    base,
    size: bytes,
    flags: set,
  }: typeof region extends fc.Arbitrary<infer R> ? R : never): NodeText => ({
    ...(base === null ? { size: cells(bytes) } : { reg: cells(base, bytes) }),
    ...(set.reusable ? { reusable: true } : {}),
    ...(set.noMap ? { 'no-map': true } : {}),
    ...(set.isDefault ? { 'linux,cma-default': true } : {}),
    ...(set.compatible === undefined ? {} : { compatible: set.compatible }),
    ...(set.status === undefined ? {} : { status: set.status }),
  });

  it('boots or panics, and accounts for every region and page', () => {
    fc.assert(
      fc.property(
        fc.array(region, { maxLength: 8 }),
        fc.constantFrom(...releaseNames),
        fc.constantFrom('', 'cma=64M', 'cma=0', 'mem=512M'),
        (regions, release, bootargs) => {
          const named = regions.map((one, index) => [`r${index}`, nodeOf(one)] as const);
          const outcome = bootSmall(treeWith({ regions: Object.fromEntries(named) }), { release, bootargs });
          const { regions: fates } = remainsOf(outcome);
          expect(fates).toHaveLength(regions.length);
          for (const one of fates) if (one.state === 'cma') expect(one.baseBytes).toBeDefined();
          if (outcome.kernel === undefined) return;
          const { cma, pages } = outcome.kernel;
          expect(pages.freePages).toBeLessThanOrEqual(pages.totalPages);
          expect(pages.freePages).toBeGreaterThan(0);
          for (const area of cma.all) expect(area.usedPages).toBeLessThanOrEqual(area.pageCount);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});
