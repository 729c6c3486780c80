import type { BootEnvironment } from '../../init/kernel.ts';
import { takeFlatMap } from '../../mm/flatmem.ts';
import type { Memblock } from '../../mm/memblock.ts';
import { pageGeometry } from '../../mm/page-geometry.ts';
import { takeMemoryMap } from '../../mm/sparse.ts';
import type { Architecture, ArchitectureSetup } from '../architecture.ts';
import { machineOf } from './kernel/machines.ts';
import { takeAtomicPool } from './mm/dma-mapping.ts';
import { memParameter, reserveEarly, zoneLimits } from './mm/init.ts';
import { LowMemory, physicalOffset } from './mm/low-memory.ts';
import { takePageTables } from './mm/mmu.ts';

/**
 * Arch arm: where memory comes to lie, and nothing else. Plays setup_arch() of arch/arm/kernel/setup.c and what it
 * calls. No kernel of this architecture was recorded: all of it was read or concluded.
 * Deviations: 32-bit programs and their system calls; sizes of the kernel's structures are those of 64 bits.
 */
export const arm: Architecture = {
  name: 'arm',
  inferred: 'places memory on arch arm as concluded from its sources and from public logs, and prints so',
  bootCpu: '0x0',
  modelPrefix: 'OF: fdt: ',
  mappedCoherentPools: false,
  unflattens: 'after-zones',
  addressDigits: ({ physicalAddressBits }) => (physicalAddressBits > 32 ? 16 : 8),
  lowestAddress: physicalOffset,
  highestAddress: ({ physicalAddressBits }) => (1n << (physicalAddressBits > 32 ? 64n : 32n)) - 1n,
  defaultAreaTime: () => 'with-reservations',
  setUp(boot: BootEnvironment, memblock: Memblock): ArchitectureSetup {
    const machine = machineOf(boot.handoff.tree);
    const low = new LowMemory(boot, memblock);
    return {
      parameters: new Map([
        ['mem', memParameter(boot, memblock)],
        ['vmalloc', (value) => low.readVmalloc(value)],
      ]),
      initMemory: () => {
        low.adjust();
        reserveEarly(boot, memblock, machine);
      },
      afterRegions: () => low.adjust(),
      get highMemory() {
        return boot.config.facts.highmem ? low.limit : undefined;
      },
      takePageTables: (early, areas) => takePageTables(memblock, early, low.limit, areas),
      zoneLimits: () => zoneLimits(boot, memblock, machine, low),
      takeMemoryMap: (early) => {
        if (boot.config.enabled('SPARSEMEM')) return takeMemoryMap(boot, memblock, early);
        takeFlatMap(boot, memblock, early, pageGeometry(boot.release, boot.config).maxOrder);
        return undefined;
      },
      takeAtomicPools: (pages, area) => takeAtomicPool(boot, pages, area),
    };
  },
};
