import { alignUp, formatSize, hex, paddedAddress, smaller } from '../../../../base/units.ts';
import type { BootEnvironment } from '../../../init/kernel.ts';
import { panic } from '../../../kernel/panic.ts';
import { memparse } from '../../../lib/cmdline.ts';
import type { Memblock } from '../../../mm/memblock.ts';
import type { ZoneLimits } from '../../architecture.ts';
import type { Machine, Theft } from '../kernel/machines.ts';
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
    addMemory(boot, memblock, start, size.value);
    boot.decisions.note({
      subject: 'memory',
      rule: 'memory/limit',
      outcome: `mem= states memory anew: ${hex(memblock.memoryBytes)} bytes, up to ${hex(memblock.endOfMemory)}`,
      evidence: 'inferred',
    });
    return true;
  };
}

/** arm_add_memory(): whole pages, as far as the kernel can address them. */
function addMemory(boot: BootEnvironment, memblock: Memblock, start: bigint, asked: bigint): void {
  const page = BigInt(boot.pageSizeBytes);
  const low = physicalOffset(boot);
  const padded = (address: bigint): string => paddedAddress(address, 8);
  let base = alignUp(start, page);
  let size = base > start + asked ? 0n : asked - (base - start);
  if (boot.config.facts.physicalAddressBits === 32) {
    if (base > u32Max) {
      boot.log.log(2, `Ignoring memory at ${padded(start)} outside 32-bit physical address space`);
      return;
    }
    if (base + size > u32Max) {
      boot.log.log(2, `Truncating memory at ${padded(start)} to fit in 32-bit physical address space`);
      size = u32Max - base;
    }
  }
  if (base < low) {
    const end = padded(smaller(base + size, low));
    boot.log.info(`Ignoring memory below PHYS_OFFSET: ${padded(base)}-${end}`);
    if (base + size <= low) return;
    size -= low - base;
    base = low;
  }
  size -= size % page;
  if (size > 0n) memblock.add(base, size);
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
  for (const theft of machine.steals ?? []) steal(boot, memblock, machine, theft);
}

/** arm_memblock_steal(): out of the top of what is mapped; from then on it is no memory. */
function steal(boot: BootEnvironment, memblock: Memblock, machine: Machine, theft: Theft): void {
  const section = boot.config.facts.physicalAddressBits > 32 ? 2n << 20n : 1n << 20n;
  const alignment = theft.isSection ? section : theft.sizeBytes;
  const size = alignUp(theft.sizeBytes, alignment);
  const base = memblock.find(size, alignment, { end: memblock.currentLimit });
  if (base === undefined) {
    panic(boot, `Failed to steal ${boot.physicalAddress(size)} bytes`, {
      subject: 'memory',
      rule: 'memory/stolen',
      why: `low memory has no room for ${theft.owner}`,
      evidence: 'read',
    });
  }
  memblock.remove(base, size);
  boot.decisions.note({
    subject: 'memory',
    rule: 'memory/stolen',
    outcome: `the machine (${machine.name}) takes ${formatSize(size)} at ${hex(base)} for good: ${theft.owner}`,
    evidence: 'read',
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
  const lowEnd = smaller(memblock.currentLimit, low.limit);
  // The kernel's limit is the last page, and it is used as the first one behind the zone.
  const dmaEnd = (reach / page) * page;
  const zones: { name: ZoneLimits['zones'][number]['name']; end: bigint }[] = [];
  if (facts.zoneDma) zones.push({ name: 'DMA', end: smaller(dmaEnd, lowEnd) });
  zones.push({ name: 'Normal', end: lowEnd });
  if (facts.highmem) zones.push({ name: 'HighMem', end: memblock.endOfMemory });
  return {
    zones,
    areaLimit: reach,
    reach,
    needsBounceBuffer: facts.physicalAddressBits > 32 && memblock.endOfMemory / page > reach / page,
  };
}
