import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionRecord } from '../../../base/decisions.ts';
import type { PhysicalRange } from '../../../base/range.ts';
import { remainsOf, textsOf } from '../../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../../testing/build-tree.ts';
import { startKernel } from '../../init/main.ts';
import { parseAssignment, referenceConfig, withSymbols } from '../../kconfig.ts';
import { releaseNamed, releaseNames } from '../../releases.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const reusable = { compatible: 'shared-dma-pool', reusable: true } as const;

interface ArmBoot {
  readonly release?: string;
  readonly ramBytes?: number;
  readonly ramBase?: number;
  readonly regions?: NodeText;
  readonly root?: NodeText;
  readonly bootargs?: string;
  readonly symbols?: readonly string[];
  readonly initrd?: PhysicalRange;
}

/** Boots 1 GiB of RAM from 0x80000000 with image and blob at its beginning. */
function bootArm(options: ArmBoot = {}) {
  const { ramBase = 0x8000_0000, ramBytes = gib, regions, root = {} } = options;
  const release = releaseNamed(options.release ?? '6.1');
  const outcome = startKernel({
    release,
    config: withSymbols(referenceConfig(release, 'arm'), (options.symbols ?? []).map(parseAssignment)),
    handoff: {
      tree: treeWith({
        ram: { base: ramBase, size: ramBytes },
        ...(regions === undefined ? {} : { regions }),
        root,
      }),
      kernelImage: { baseBytes: BigInt(ramBase) + 0x8000n, sizeBytes: 0x100_0000n, certainty: 'stated' },
      dtb: { baseBytes: BigInt(ramBase) + 0x800_0000n, sizeBytes: 0x1_0000n, certainty: 'stated' },
      initrd: options.initrd === undefined ? undefined : { ...options.initrd, certainty: 'stated' },
      bootargs: options.bootargs ?? '',
    },
    exportPolicy: 'release',
    decisions: new DecisionRecord(),
    seed: 0,
  });
  const kernel = outcome.booted ? outcome.kernel : undefined;
  const areas = (kernel?.cma.all ?? []).map(({ name, basePfn, active }) => {
    return `${name} ${(basePfn * 4096).toString(16)}${active ? '' : ' inactive'}`;
  });
  return { outcome, areas, texts: textsOf(outcome), memblock: remainsOf(outcome).memblock };
}

describe('physical addresses in messages', () => {
  const regions = { pool: { ...reusable, reg: cells(0x9000_0000, 32 * mib) } };

  it('have eight digits', () => {
    const { texts } = bootArm({ regions });
    expect(texts).toContain('Reserved memory: created CMA memory pool at 0x90000000, size 32 MiB');
  });

  it('have sixteen with LPAE', () => {
    const { texts } = bootArm({ regions, symbols: ['ARM_LPAE=y'] });
    expect(texts).toContain('Reserved memory: created CMA memory pool at 0x0000000090000000, size 32 MiB');
  });

  it('always have sixteen where zones are listed', () => {
    expect(bootArm().texts).toContain('  Normal   empty');
    expect(bootArm().texts).toContain('  DMA      [mem 0x0000000080000000-0x00000000afffffff]');
    expect(bootArm().texts).toContain('  HighMem  [mem 0x00000000b0000000-0x00000000bfffffff]');
  });
});

describe('low memory', () => {
  it('ends 768 MiB from its beginning', () => {
    expect(bootArm().memblock.currentLimit).toBe(0xb000_0000n);
  });

  it('ends where vmalloc= leaves no more room', () => {
    expect(bootArm({ bootargs: 'vmalloc=496M' }).memblock.currentLimit).toBe(0xa000_0000n);
  });

  it('reaches further where the address space is split otherwise', () => {
    expect(bootArm({ ramBytes: 2 * gib, symbols: ['VMSPLIT_2G=y'] }).memblock.currentLimit).toBe(
      0xf000_0000n,
    );
  });

  it('takes a vmalloc= that is too small or too large as near as it can', () => {
    expect(bootArm({ bootargs: 'vmalloc=1M' }).texts).toContain(
      'vmalloc area is too small, limiting to 16MiB',
    );
    expect(bootArm({ bootargs: 'vmalloc=4G' }).texts).toContain(
      'vmalloc area is too big, limiting to 976MiB',
    );
  });

  it('is all there is without HIGHMEM', () => {
    const { texts, memblock } = bootArm({ symbols: ['HIGHMEM=n'] });
    expect(memblock.endOfMemory).toBe(0xb000_0000n);
    expect(texts).toContain('Ignoring RAM at 0xb0000000-0xc0000000');
    expect(texts).toContain('Consider using a HIGHMEM enabled kernel.');
  });
});

describe('the area of cma= and of the configuration', () => {
  it('lies in high memory where that has room', () => {
    expect(bootArm().areas).toEqual(['reserved bc000000']);
  });

  it('lies in low memory where high memory has no room', () => {
    expect(bootArm({ bootargs: 'cma=320M' }).areas).toEqual(['reserved 9c000000']);
  });

  it('is refused where it crosses into high memory', () => {
    const { areas, texts } = bootArm({ bootargs: 'cma=64M@0xae000000' });
    expect(areas).toEqual([]);
    expect(texts).toContain('cma: Region at 0xae000000 defined on low/high memory boundary (0xb0000000)');
    expect(texts).toContain('cma: Failed to reserve 64 MiB');
  });

  it('may end where low memory does', () => {
    expect(bootArm({ bootargs: 'cma=32M@0xae000000' }).areas).toEqual(['reserved ae000000']);
  });

  it('ends below the last address of 32 bits', () => {
    const { areas } = bootArm({ ramBytes: 2 * gib, symbols: ['ARM_LPAE=y'] });
    expect(areas).toEqual(['reserved fbc00000']);
  });

  it('stays within the first GiB where the machine reaches no further', () => {
    const root = { compatible: 'brcm,bcm2711' };
    const { areas } = bootArm({ ramBase: 0, ramBytes: 2 * gib, root, symbols: ['ARM_LPAE=y'] });
    expect(areas).toEqual(['reserved 3bc00000']);
  });

  it('is placed before the page tables and the memory map, so at the very end of low memory', () => {
    expect(bootArm({ ramBytes: 512 * mib }).areas).toEqual(['reserved 9c000000']);
  });
});

describe('a pool of the tree', () => {
  it('without alloc-ranges lies at the end of all memory', () => {
    const regions: NodeText = {
      'linux,cma': { ...reusable, 'linux,cma-default': true, size: cells(64 * mib) },
    };
    expect(bootArm({ regions }).areas).toEqual(['linux,cma bc000000']);
  });

  it('that crosses into high memory cannot be activated', () => {
    const regions: NodeText = {
      pool: { ...reusable, 'linux,cma-default': true, reg: cells(0xae00_0000, 64 * mib) },
    };
    const { areas, texts } = bootArm({ regions });
    expect(areas).toEqual(['pool ae000000 inactive']);
    expect(texts).toContain('cma: CMA area pool could not be activated');
  });

  it('that is not reusable must be no-map', () => {
    const { texts } = bootArm({
      regions: { pool: { compatible: 'shared-dma-pool', reg: cells(0x9000_0000, mib) } },
    });
    expect(texts).toContain('Reserved memory: regions without no-map are not yet supported');
  });
});

describe('alignment', () => {
  it('is 4 MiB, and 2 MiB with LPAE and huge pages', () => {
    const at = (symbols: readonly string[]) => bootArm({ symbols, bootargs: 'cma=2M' }).areas;
    expect(at([])).toEqual(['reserved bfc00000']);
    expect(at(['ARM_LPAE=y', 'HUGETLBFS=y'])).toEqual(['reserved bfe00000']);
  });

  it('is the largest block before 5.19: 64 MiB with a FORCE_MAX_ZONEORDER of 15', () => {
    const small = bootArm({ release: '5.10', symbols: ['FORCE_MAX_ZONEORDER=15'], bootargs: 'cma=1M' });
    expect(small.texts).toContain('cma: Reserved 64 MiB at 0xbc000000');
  });
});

it('a machine takes its own share out of the top of low memory, and the rest of that block is not used', () => {
  const symbols = ['ARM_LPAE=y'];
  const root = { compatible: ['ti,am572x-beagle-x15', 'ti,am5728', 'ti,dra742'] } as const;
  const { texts, memblock } = bootArm({ ramBytes: 2 * gib, root, symbols });
  expect(texts).toContain('  node   0: [mem 0x0000000080000000-0x00000000afcfffff]');
  expect(texts).toContain('  node   0: [mem 0x00000000b0000000-0x00000000ffffffff]');
  expect(memblock.currentLimit).toBe(0xafc0_0000n);
});

it('mem= below the kernel, or beyond 32 bits, is cut to what can be addressed', () => {
  const { texts, memblock } = bootArm({ bootargs: 'mem=1G@0x70000000 mem=1G@0xf0000000' });
  expect(texts).toContain('Ignoring memory below PHYS_OFFSET: 0x70000000-0x80000000');
  expect(texts).toContain('Truncating memory at 0xf0000000 to fit in 32-bit physical address space');
  expect(memblock.endOfMemory).toBe(0xffff_f000n);
});

it('mem= states memory anew, as often as it is given', () => {
  const { memblock } = bootArm({ bootargs: 'mem=256M mem=128M@0xa0000000' });
  expect(memblock.memory.regions.map(({ base, end }) => [base, end])).toEqual([
    [0x8000_0000n, 0x9000_0000n],
    [0xa000_0000n, 0xa800_0000n],
  ]);
});

it('memory above 32 bits does not exist without LPAE', () => {
  const { memblock, texts } = bootArm({ ramBase: 0x8000_0000, ramBytes: 4 * gib });
  expect(memblock.endOfMemory).toBeLessThanOrEqual(0x1_0000_0000n);
  expect(texts).toContain('OF: fdt: Ignoring memory range 0x100000000 - 0x180000000');
});

it('one atomic pool comes out of the default area', () => {
  const { outcome, texts } = bootArm();
  expect(outcome.kernel?.contiguous.defaultArea?.usedPages).toBe(64);
  expect(texts).toContain('DMA: preallocated 256 KiB pool for atomic coherent allocations');
});

it('any tree boots or panics, and no active area spans two zones', () => {
  const pool = fc.record({
    base: fc.option(fc.integer({ min: 0x200, max: 0x300 }).map((blocks) => blocks * 0x40_0000)),
    size: fc.integer({ min: 0, max: 0x50 }).map((blocks) => blocks * 0x40_0000),
    noMap: fc.boolean(),
  });
  const symbols = fc.subarray(['ARM_LPAE=y', 'HIGHMEM=n', 'ZONE_DMA=n', 'VMSPLIT_2G=y']);
  const bootargs = fc.constantFrom('', 'cma=128M', 'cma=64M@0xae000000', 'vmalloc=512M', 'mem=300M');
  const ramBytes = fc.constantFrom(96 * mib, 600 * mib, gib, 2 * gib);
  const facts = fc.record({ release: fc.constantFrom(...releaseNames), symbols, bootargs, ramBytes });
  fc.assert(
    fc.property(fc.array(pool, { maxLength: 6 }), facts, (pools, options) => {
      const nodes = pools.map(({ base, size, noMap }, index) => {
        const place: NodeText = base === null ? { size: cells(size) } : { reg: cells(base, size) };
        const flag: NodeText = noMap ? { 'no-map': true } : { reusable: true };
        return [`r${index}`, { compatible: 'shared-dma-pool', ...place, ...flag }] as const;
      });
      const { outcome } = bootArm({ ...options, regions: Object.fromEntries(nodes) });
      const { kernel } = outcome;
      if (kernel === undefined) return;
      for (const area of kernel.cma.all.filter(({ active }) => active)) {
        const zones = [area.basePfn, area.basePfn + area.pageCount - 1].map((pfn) =>
          kernel.pages.zoneOf(pfn),
        );
        expect(zones[0]).toBe(zones[1]);
        expect(area.usedPages + area.freePages).toBeLessThanOrEqual(area.pageCount);
      }
      expect(kernel.pages.freePages).toBeLessThanOrEqual(kernel.pages.totalPages);
    }),
    { numRuns: 150, seed: 1 },
  );
});
