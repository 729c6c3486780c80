import { alignUp, hex } from '../../../../base/units.ts';
import type { BootEnvironment } from '../../../init/kernel.ts';
import { memparse } from '../../../lib/cmdline.ts';
import type { Memblock } from '../../../mm/memblock.ts';
import type { ZoneLimits } from '../../architecture.ts';
import type { Machine } from '../kernel/machines.ts';
import { type LowMemory, physicalOffset } from './low-memory.ts';

const u32Max = 0xffff_ffffn;

/**
 * early_param("mem") of arch/arm/kernel/setup.c: the first one forgets what the tree says of memory, and each adds
 * `SIZE[@START]`.
 */
export function memParameter(
  boot: BootEnvironment,
  memblock: Memblock,
): (value: string | undefined) => boolean {
  let isFirst = true;
  return (value) => {
    if (isFirst) memblock.remove(memblock.startOfMemory, memblock.endOfMemory - memblock.startOfMemory);
    isFirst = false;
    const size = memparse(value ?? '');
    const start = size.rest.startsWith('@') ? memparse(size.rest.slice(1)).value : physicalOffset(boot);
    const page = BigInt(boot.pageSizeBytes);
    const base = alignUp(start, page);
    const whole = size.value - (start % page);
    if (whole > 0n) memblock.add(base, whole - (whole % page));
    boot.decisions.note({
      subject: 'memory',
      rule: 'memory/limit',
      outcome: `mem= states memory anew: ${hex(memblock.memoryBytes)} bytes, up to ${hex(memblock.endOfMemory)}`,
      evidence: 'inferred',
    });
    return true;
  };
}

/**
 * The part of arm_memblock_init() before the nodes of /reserved-memory: image, initrd, the first page tables, and what
 * the machine takes. Plays arch/arm/mm/init.c and arm_mm_memblock_reserve().
 */
export function reserveEarly(boot: BootEnvironment, memblock: Memblock, machine: Machine): void {
  const { kernelImage: image, initrd } = boot.handoff;
  memblock.reserve(image.baseBytes, image.sizeBytes, { owner: 'kernel image' });
  if (initrd !== undefined && initrd.sizeBytes > 0n && boot.config.enabled('BLK_DEV_INITRD')) {
    const page = BigInt(boot.pageSizeBytes);
    const base = initrd.baseBytes - (initrd.baseBytes % page);
    const size = alignUp(initrd.baseBytes + initrd.sizeBytes, page) - base;
    memblock.reserve(base, size, { owner: 'initrd' });
  }
  reserveFirstTables(boot, memblock);
  if (machine.stolen === undefined) return;
  const { sizeBytes, owner } = machine.stolen;
  const base = memblock.find(sizeBytes, sizeBytes);
  if (base !== undefined) memblock.remove(base, sizeBytes);
  if (base === undefined) return;
  boot.decisions.note({
    subject: 'memory',
    rule: 'memory/stolen',
    outcome: `the machine (${machine.name}) takes ${hex(sizeBytes)} bytes at ${hex(base)} for good: ${owner}`,
    evidence: 'inferred',
  });
}

/** swapper_pg_dir, which lies before the image: 16 KiB, or 20 KiB with LPAE. */
function reserveFirstTables(boot: BootEnvironment, memblock: Memblock): void {
  const size = boot.config.facts.physicalAddressBits > 32 ? 0x5000n : 0x4000n;
  const base = physicalOffset(boot) + 0x8000n - size;
  memblock.reserve(base, size, { owner: 'the first page tables' });
}

/** arm_dma_limit: the last address that every device reaches; all there are without a DMA zone. */
function dmaLimit(boot: BootEnvironment, machine: Machine): bigint {
  const { zoneDma, physicalAddressBits } = boot.config.facts;
  const hasLpae = physicalAddressBits > 32;
  if (!zoneDma) return hasLpae ? 0xffff_ffff_ffff_ffffn : u32Max;
  const size = machine.onlyWithLpae === true && !hasLpae ? undefined : machine.dmaZoneBytes;
  return size === undefined ? u32Max : physicalOffset(boot) + size - 1n;
}

/** setup_dma_zone() and zone_sizes_init(). */
export function zoneLimits(
  boot: BootEnvironment,
  memblock: Memblock,
  machine: Machine,
  low: LowMemory,
): ZoneLimits {
  const { facts } = boot.config;
  const page = BigInt(boot.pageSizeBytes);
  const reach = dmaLimit(boot, machine);
  const lowEnd = memblock.currentLimit < low.limit ? memblock.currentLimit : low.limit;
  // The kernel's limit is the last page, and it is used as the first one behind the zone.
  const dmaEnd = (reach / page) * page;
  const zones: { name: ZoneLimits['zones'][number]['name']; end: bigint }[] = [];
  if (facts.zoneDma) zones.push({ name: 'DMA', end: dmaEnd < lowEnd ? dmaEnd : lowEnd });
  zones.push({ name: 'Normal', end: lowEnd });
  if (facts.highmem) zones.push({ name: 'HighMem', end: memblock.endOfMemory });
  return {
    zones,
    areaLimit: reach,
    reach,
    needsBounceBuffer: facts.physicalAddressBits > 32 && memblock.endOfMemory / page > reach / page,
  };
}
