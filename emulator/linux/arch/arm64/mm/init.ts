import { hex } from '../../../../base/units.ts';
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

/** max_zone_phys(): the end of a zone that reaches `zoneLimit` at most. */
function zoneEnd(memblock: Memblock, bits: number): bigint {
  const start = memblock.startOfMemory;
  let last = (1n << BigInt(bits)) - 1n;
  if (start > u32Max) last = physicalAddressMax;
  else if (start > last) last = u32Max;
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

/** The first half of zone_sizes_init(). `deviceBits` is the narrowest address that a bus of the tree has. */
export function zoneLimits(boot: BootEnvironment, memblock: Memblock, deviceBits: number): ZoneLimits {
  const { zoneDma, zoneDma32, physicalAddressBits } = boot.config.facts;
  const dma = zoneDma ? zoneEnd(memblock, Math.min(32, deviceBits)) : undefined;
  const dma32 = zoneDma32 ? zoneEnd(memblock, 32) : undefined;
  return {
    dma,
    dma32,
    normal: memblock.endOfMemory,
    dmaLimit: dma ?? dma32 ?? 1n << BigInt(physicalAddressBits),
  };
}
