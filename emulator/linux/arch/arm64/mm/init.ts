import { hex } from '../../../../base/units.ts';
import { highestDmaAddress } from '../../../../devicetree/semantics/dma-reach.ts';
import type { BootEnvironment } from '../../../init/kernel.ts';
import { memparse } from '../../../lib/cmdline.ts';
import { physicalAddressMax } from '../../../mm/memblock/region-table.ts';
import type { Memblock } from '../../../mm/memblock.ts';

const u32Max = 0xffff_ffffn;

/** early_param("mem"): the limit in bytes, rounded down to pages; false where it has no value. */
export function readMemoryLimit(boot: BootEnvironment, value: string | undefined): bigint | false {
  if (value === undefined) return false;
  const limit = memparse(value).value;
  const pages = limit - (limit % BigInt(boot.pageSizeBytes));
  boot.log.log(5, `Memory limited to ${pages >> 20n}MB`);
  return pages;
}

/**
 * The part of arm64_memblock_init() before the nodes of /reserved-memory: trims memory to what the kernel can
 * address and to `mem=`, and reserves image and initrd. Plays arch/arm64/mm/init.c.
 */
export function initMemblock(
  boot: BootEnvironment,
  memblock: Memblock,
  memoryLimit: bigint | undefined,
): void {
  const { kernelImage: image, initrd } = boot.handoff;
  const { physicalAddressBits, virtualAddressBits } = boot.config.facts;
  const addressable = 1n << BigInt(physicalAddressBits);
  memblock.remove(addressable, physicalAddressMax);
  const linearBytes = 1n << BigInt(virtualAddressBits - 1);
  const linearEnd = memblock.startOfMemory + linearBytes;
  memblock.remove(linearEnd, physicalAddressMax);
  if (memoryLimit !== undefined) {
    memblock.limitMemory(memoryLimit);
    memblock.add(image.baseBytes, image.sizeBytes);
    boot.decisions.note({
      subject: 'memory',
      rule: 'memory/limit',
      outcome: `mem= leaves ${hex(memblock.memoryBytes)} bytes of memory, up to ${hex(memblock.endOfMemory)}`,
    });
  }
  if (initrd !== undefined && initrd.sizeBytes > 0n && boot.config.enabled('BLK_DEV_INITRD')) {
    const page = BigInt(boot.pageSizeBytes);
    const base = initrd.baseBytes - (initrd.baseBytes % page);
    const end = initrd.baseBytes + initrd.sizeBytes;
    const size = end + ((page - (end % page)) % page) - base;
    memblock.add(base, size);
    memblock.clearNoMap(base, size);
    memblock.reserve(base, size, { owner: 'initrd' });
  }
  memblock.reserve(image.baseBytes, image.sizeBytes, { owner: 'kernel image' });
}

/** fls64() of an address: how many bits it has. */
function addressBits(address: bigint): number {
  return address === 0n ? 0 : address.toString(2).length;
}

/** The last address that every bus master of the tree can address. */
export function dmaReach(boot: BootEnvironment): bigint {
  return highestDmaAddress(boot.handoff.tree.root);
}

/**
 * The last address of a zone for devices that reach as far as `reach`. What differs between releases is asked for only
 * where it makes a difference: a bus that ends at no power of two, or memory beyond 4 GiB or the bus's end.
 */
function zoneLast(boot: BootEnvironment, start: bigint, reach: bigint): bigint {
  const powerOfTwo = (1n << BigInt(Math.min(32, addressBits(reach)))) - 1n;
  const capped = reach < u32Max ? reach : u32Max;
  const isPlain = start < u32Max ? capped === powerOfTwo && start <= capped : reach >= physicalAddressMax;
  if (isPlain) return start < u32Max ? capped : physicalAddressMax;
  if (boot.release.behaviours.dmaZoneEnd === 'address') return start < u32Max ? capped : reach;
  if (start <= powerOfTwo) return powerOfTwo;
  return start > u32Max ? physicalAddressMax : u32Max;
}

/** Where pools for the DMA zone must end: DMA_BIT_MASK(zone_dma_bits), later zone_dma_limit itself. */
export function poolReach(boot: BootEnvironment, memblock: Memblock, reach: bigint): bigint {
  const powerOfTwo = (1n << BigInt(Math.min(32, addressBits(reach)))) - 1n;
  const limit = memblock.startOfMemory < u32Max && reach > u32Max ? u32Max : reach;
  if (limit === powerOfTwo) return limit;
  return boot.release.behaviours.dmaZoneEnd === 'address' ? limit : powerOfTwo;
}

/** max_zone_phys(): the end of a zone. */
function zoneEnd(boot: BootEnvironment, memblock: Memblock, reach: bigint): bigint {
  const last = zoneLast(boot, memblock.startOfMemory, reach);
  const end = memblock.endOfMemory - 1n;
  return (last < end ? last : end) + 1n;
}

/** Ends of the zones that the configuration has, in bytes; a zone that is not configured is undefined. */
export interface ZoneLimits {
  readonly dma: bigint | undefined;
  readonly dma32: bigint | undefined;
  readonly normal: bigint;
  /** arm64_dma_phys_limit: areas for devices must end here. */
  readonly dmaLimit: bigint;
}

/** The first half of zone_sizes_init(). `reach` is the last address that every bus master has. */
export function zoneLimits(boot: BootEnvironment, memblock: Memblock, reach: bigint): ZoneLimits {
  const { zoneDma, zoneDma32, physicalAddressBits } = boot.config.facts;
  const dma = zoneDma ? zoneEnd(boot, memblock, reach) : undefined;
  const dma32 = zoneDma32 ? zoneEnd(boot, memblock, u32Max) : undefined;
  return {
    dma,
    // A zone begins where the one below it ends, wherever it was to end itself.
    dma32: dma !== undefined && dma32 !== undefined && dma32 < dma ? dma : dma32,
    normal: memblock.endOfMemory,
    dmaLimit: dma ?? dma32 ?? 1n << BigInt(physicalAddressBits),
  };
}
