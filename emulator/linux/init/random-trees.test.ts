import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootSmall, remainsOf } from '../../testing/boot-small.ts';
import { treeWith } from '../../testing/build-tree.ts';
import { type RandomBoot, randomBoots } from '../../testing/random-trees.ts';
import type { ReservedRegion } from '../drivers/of/reserved-mem.ts';
import type { Kernel } from './kernel.ts';

const kept = new Set(['reserved', 'cma', 'coherent', 'restricted']);

function bootRandom(random: RandomBoot, nameOf: (index: number) => string) {
  const { ram, reservations, release, bootargs, symbols } = random;
  const regions = Object.fromEntries(random.regions.map((node, index) => [nameOf(index), node]));
  return bootSmall(treeWith({ ram, regions, reservations }), { release, bootargs, symbols });
}

const plainName = (index: number) => `r${index}`;

/** An empty region overlaps nothing: older releases place one wherever its range ends, also inside another. */
function overlap(one: ReservedRegion, other: ReservedRegion): boolean {
  if (one.baseBytes === undefined || other.baseBytes === undefined) return false;
  if (one.sizeBytes === 0n || other.sizeBytes === 0n) return false;
  return one.baseBytes < other.baseBytes + other.sizeBytes && other.baseBytes < one.baseBytes + one.sizeBytes;
}

/**
 * What a region keeps that the kernel placed itself lies apart from what any other keeps. Older releases remember static
 * regions that they could not reserve; these keep nothing.
 */
function checkRegions(random: RandomBoot, { regions, log }: Kernel): void {
  const failed = log.lines.flatMap(
    ({ text }) => /failed to reserve memory for node '([^']*)'/.exec(text)?.[1] ?? [],
  );
  const isPlaced = (region: ReservedRegion) =>
    random.regions[Number(region.name.slice(1))]?.reg === undefined && kept.has(region.state);
  for (const region of regions.filter(isPlaced)) {
    for (const other of regions) {
      if (other === region || !kept.has(other.state) || failed.includes(other.name)) continue;
      expect(overlap(region, other), `${region.name} over ${other.name}`).toBe(false);
    }
  }
}

function checkMemblock({ memblock }: Kernel): void {
  for (const { regions } of [memblock.memory, memblock.reserved]) {
    for (const [index, region] of regions.entries()) {
      expect(region.base).toBeLessThan(region.end);
      expect(regions[index - 1]?.end ?? 0n).toBeLessThanOrEqual(region.base);
    }
  }
}

function checkAreas({ cma, regions, contiguous, pageSizeBytes }: Kernel): void {
  for (const area of cma.all) {
    const free = [...area.freeRuns()].reduce((sum, { count }) => sum + count, 0);
    expect(area.usedPages + area.borrowedPages + free).toBe(area.pageCount);
    // Pages that two areas share are free in the bitmaps, and neither can have them.
    expect(area.freePages).toBeLessThanOrEqual(free);
  }
  for (const region of regions) {
    if (region.state !== 'cma') continue;
    const area = cma.all.find(({ nodePath }) => nodePath === region.nodePath);
    expect(area?.basePfn).toBe(Number(region.baseBytes) / pageSizeBytes);
    if (area?.active === true) expect(area.pageCount).toBe(Number(region.sizeBytes) / pageSizeBytes);
  }
  const { defaultArea } = contiguous;
  if (defaultArea !== undefined) expect(cma.all).toContain(defaultArea);
}

/** Bytes of areas that some releases activate though there is no memory: behind its end, and in its holes. */
function bytesOutside({ cma, memblock, pageSizeBytes }: Kernel): number {
  const inside = (base: number, end: number) =>
    memblock.memory.regions.reduce((sum, region) => {
      const [first, last] = [Math.max(base, Number(region.base)), Math.min(end, Number(region.end))];
      return sum + Math.max(0, last - first);
    }, 0);
  return cma.all
    .filter(({ active }) => active)
    .reduce((sum, { basePfn, pageCount }) => {
      const [base, size] = [basePfn * pageSizeBytes, pageCount * pageSizeBytes];
      return sum + size - inside(base, base + size);
    }, 0);
}

function checkPages(kernel: Kernel): void {
  const { pages, memblock, pageSizeBytes, cma } = kernel;
  const listed = pages.zones.reduce(
    (sum, { freeBlocks }) => sum + freeBlocks.reduce((all, count, order) => all + count * 2 ** order, 0),
    0,
  );
  const lost = cma.all.reduce((sum, area) => {
    const free = [...area.freeRuns()].reduce((all, { count }) => all + count, 0);
    return sum + free - area.freePages;
  }, 0);
  expect(listed - lost).toBe(pages.freePages);
  expect(pages.freePages).toBeLessThanOrEqual(pages.totalPages);
  // Where static regions overlap, giving one back frees pages of another: these are counted twice, as in the kernel.
  if (
    kernel.regions.some((one, index) => kernel.regions.slice(index + 1).some((other) => overlap(one, other)))
  )
    return;
  const room = Number(memblock.memoryBytes) + bytesOutside(kernel);
  expect(pages.totalPages * pageSizeBytes).toBeLessThanOrEqual(room);
}

function checkHeaps({ dmaHeaps, cma }: Kernel): void {
  const names = dmaHeaps.all.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { area } of dmaHeaps.all) if (area !== undefined) expect(cma.all).toContain(area);
}

/** Room that an area gives comes back, where it shares its pages with nobody. */
function checkAllocations(kernel: Kernel): void {
  for (const area of kernel.cma.all) {
    const isAlone = kernel.cma.all.every(
      (other) =>
        other === area ||
        other.basePfn >= area.basePfn + area.pageCount ||
        area.basePfn >= other.basePfn + other.pageCount,
    );
    if (!isAlone || !area.active) continue;
    const before = area.usedPages;
    const pfn = area.alloc(3, 2);
    if (pfn < 0) continue;
    expect(area.usedPages).toBe(before + 3);
    expect(area.release(pfn, 3)).toBe(true);
    expect(area.usedPages).toBe(before);
  }
}

const runs = Number(process.env.HEAPBOARD_RANDOM_TREES ?? 1000);

describe(`${runs} random trees on random releases`, () => {
  it('boot or panic without an exception, and every invariant holds', () => {
    fc.assert(
      fc.property(randomBoots, (random) => {
        const outcome = bootRandom(random, plainName);
        expect(remainsOf(outcome).regions).toHaveLength(random.regions.length);
        if (outcome.kernel === undefined) {
          expect(outcome.panic).not.toBe('');
          return;
        }
        const { kernel } = outcome;
        checkRegions(random, kernel);
        for (const check of [checkMemblock, checkAreas, checkPages, checkHeaps, checkAllocations])
          check(kernel);
      }),
      { numRuns: runs, seed: 20 },
    );
  });

  // Heaps and areas carry the names, so these change with them; places do not: no release sorts or places by name. Only
  // the length of names counts, since the tree in memory grows with it.
  it('place regions alike under other names of the same length', () => {
    fc.assert(
      fc.property(randomBoots, (random) => {
        const [one, other] = [plainName, (index: number) => `${'qzbxk'.charAt(index % 5)}${index}`].map(
          (nameOf) =>
            remainsOf(bootRandom(random, nameOf)).regions.map(({ baseBytes, sizeBytes, state }) => ({
              baseBytes,
              sizeBytes,
              state,
            })),
        );
        expect(other).toEqual(one);
      }),
      { numRuns: Math.ceil(runs / 10), seed: 21 },
    );
  });
});
