import { describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../base/units.ts';
import { bootSmall, type SmallBoot, textsOf } from '../../testing/boot-small.ts';
import { cells, treeWith } from '../../testing/build-tree.ts';
import { parseAssignment, referenceConfig, withSymbols } from '../kconfig.ts';
import { releaseNamed, releaseNames } from '../releases.ts';
import { pageGeometry } from './page-geometry.ts';

const huge = ['HUGETLBFS=y', 'TRANSPARENT_HUGEPAGE=y'];
const transparent = ['HUGETLBFS=n', 'HUGETLB_PAGE=n', 'TRANSPARENT_HUGEPAGE=y'];
const plain = ['HUGETLBFS=n', 'HUGETLB_PAGE=n', 'TRANSPARENT_HUGEPAGE=n'];

function quantumMiB(name: string, symbols: readonly string[]): number {
  const release = releaseNamed(name);
  const config = withSymbols(referenceConfig(release), symbols.map(parseAssignment));
  return Number(pageGeometry(release, config).cmaQuantumBytes / MiB);
}

/** The quantum with pages of 4K, 16K and 64K. */
function quanta(name: string, symbols: readonly string[]): readonly number[] {
  return ['4K', '16K', '64K'].map((size) => quantumMiB(name, [`ARM64_${size}_PAGES=y`, ...symbols]));
}

const before519 = releaseNames.filter((name) => releaseNamed(name).behaviours.cmaQuantum === 'largest-block');
const since519 = releaseNames.filter((name) => !before519.includes(name));

describe.each(before519)('the quantum of areas on %s', (name) => {
  it('is the largest block', () => {
    expect(quanta(name, huge)).toEqual([4, 32, 512]);
    expect(quanta(name, transparent)).toEqual([4, 32, 512]);
  });

  it('is 1024 pages where larger blocks would need transparent huge pages', () => {
    expect(quanta(name, plain)).toEqual([4, 16, 64]);
  });
});

describe.each(since519)('the quantum of areas on %s', (name) => {
  it('is a pageblock: a huge page where there are any', () => {
    expect(quanta(name, huge)).toEqual([2, 32, 512]);
    expect(quanta(name, plain)).toEqual([4, 32, 512]);
  });
});

it('transparent huge pages alone shrink pageblocks from 6.12 on', () => {
  expect(quanta('6.6', transparent)).toEqual([4, 32, 512]);
  expect(quanta('6.12', transparent)).toEqual([2, 32, 512]);
});

it('the configured largest order is the first that is too large before 6.4, and possible after', () => {
  expect(quantumMiB('5.10', [...plain, 'FORCE_MAX_ZONEORDER=14'])).toBe(32);
  expect(quantumMiB('6.6', [...plain, 'ARCH_FORCE_MAX_ORDER=13'])).toBe(32);
});

it('a cap on pageblocks counts from 6.17 on, and goes where the page size changes', () => {
  expect(quantumMiB('7.3', [...plain, 'PAGE_BLOCK_MAX_ORDER=8'])).toBe(1);
  expect(quantumMiB('6.12', [...plain, 'PAGE_BLOCK_MAX_ORDER=8'])).toBe(4);
  expect(quantumMiB('7.3', [...plain, 'ARM64_64K_PAGES=y'])).toBe(512);
});

/** Boots 8 GiB of RAM from 1 GiB on, and tells of each area its base and size in MiB. */
function areas(options: SmallBoot, regions = {}): readonly string[] {
  const ram = { base: Number(GiB), size: Number(8n * GiB) };
  const { kernel } = bootSmall(treeWith({ ram, regions }), options);
  const mib = (pages: number): number => (pages * (kernel?.pageSizeBytes ?? 0)) / Number(MiB);
  return (kernel?.cma.all ?? []).map((area) => `${area.name} ${mib(area.basePfn)}+${mib(area.pageCount)}`);
}

const pool = (mebibytes: number) => ({
  pool: {
    compatible: 'shared-dma-pool',
    reusable: true,
    'linux,cma-default': true,
    size: cells(mebibytes * Number(MiB)),
  } as const,
});

describe.each(releaseNames)('a boot of %s', (release) => {
  it.each([
    [16, 32],
    [64, 512],
  ])('with %i KiB pages rounds areas up to %i MiB and places them so', (kib, quantum) => {
    const boot = { release, symbols: [`ARM64_${kib}K_PAGES=y`, 'TRANSPARENT_HUGEPAGE=y'] };
    const end = 9 * 1024 - quantum;
    expect(areas(boot)).toEqual([`reserved ${4096 - quantum}+${quantum}`]);
    expect(areas({ ...boot, bootargs: `cma=${quantum + 1}M` })).toEqual([
      `reserved ${4096 - 2 * quantum}+${2 * quantum}`,
    ]);
    expect(areas(boot, pool(quantum))).toEqual([`pool ${end}+${quantum}`]);
    expect(areas({ ...boot, bootargs: 'cma=0' }, pool(quantum / 2))).toEqual([]);
  });

  it('with 64 KiB pages refuses an area at a place between two blocks', () => {
    const symbols = ['ARM64_64K_PAGES=y', 'TRANSPARENT_HUGEPAGE=y'];
    const outcome = bootSmall(treeWith({}), { release, symbols, bootargs: 'cma=512M@0x50000000' });
    expect(textsOf(outcome)).toContain(
      'cma: Region at 0x0000000050000000 must be aligned to 0x0000000020000000 bytes',
    );
  });
});
