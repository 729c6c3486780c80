import type { BootEnvironment } from '../../init/kernel.ts';
import { takeAtomicPools } from '../../kernel/dma/pool.ts';
import type { Memblock } from '../../mm/memblock.ts';
import { takeMemoryMap } from '../../mm/sparse.ts';
import type { Architecture, ArchitectureSetup, ZoneLimits } from '../architecture.ts';
import { dmaReach, initMemblock, poolReach, readMemoryLimit, zoneLimits } from './mm/init.ts';
import { takePageTables } from './mm/mmu.ts';

/** Arch arm64, as far as memory goes. Plays setup_arch() of arch/arm64/kernel/setup.c and what it calls. */
export const arm64: Architecture = {
  name: 'arm64',
  bootCpu: '0x0000000000 [0x411fd070]',
  modelPrefix: '',
  mappedCoherentPools: true,
  unflattens: 'before-zones',
  addressDigits: () => 16,
  lowestAddress: () => 0n,
  highestAddress: () => 0xffff_ffff_ffff_ffffn,
  defaultAreaTime: (behaviours) => behaviours.defaultAreaTime,
  setUp(boot: BootEnvironment, memblock: Memblock): ArchitectureSetup {
    let memoryLimit: bigint | undefined;
    let reach: bigint | undefined;
    const reachOfMasters = (): bigint => {
      reach ??= dmaReach(boot);
      return reach;
    };
    const mem = (value: string | undefined): boolean => {
      const limit = readMemoryLimit(boot, value);
      if (limit !== false) memoryLimit = limit;
      return limit !== false;
    };
    return {
      parameters: new Map([['mem', mem]]),
      initMemory: () => initMemblock(boot, memblock, memoryLimit),
      afterRegions: () => undefined,
      highMemory: undefined,
      takePageTables: (early) => takePageTables(boot, memblock, early),
      zoneLimits: () => limits(boot, memblock, reachOfMasters()),
      takeMemoryMap: (early) => takeMemoryMap(boot, memblock, early),
      takeAtomicPools: (pages, area) =>
        takeAtomicPools(boot, pages, area, poolReach(boot, memblock, reachOfMasters())),
    };
  },
};

function limits(boot: BootEnvironment, memblock: Memblock, reach: bigint): ZoneLimits {
  const { dma, dma32, normal, dmaLimit } = zoneLimits(boot, memblock, reach);
  const zones = [
    { name: 'DMA', end: dma },
    { name: 'DMA32', end: dma32 },
    { name: 'Normal', end: normal },
  ] as const;
  return {
    zones: zones.flatMap(({ name, end }) => (end === undefined ? [] : [{ name, end }])),
    areaLimit: dmaLimit,
    reach,
    needsBounceBuffer: memblock.endOfMemory > dmaLimit,
  };
}
