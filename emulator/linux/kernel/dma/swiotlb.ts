import type { ZoneLimits } from '../../arch/architecture.ts';
import type { HandlerAnswer, PlacedRegion, RegionHandler } from '../../drivers/of/reserved-mem/handler.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import type { Memblock } from '../../mm/memblock.ts';
import { errno } from '../../uapi/errno.ts';

const mib = 1n << 20n;
/** A buffer has at least one segment of 128 slots of 2 KiB. */
const segmentBytes = 256n * 1024n;

/** The handler of restricted-dma-pools. Plays kernel/dma/swiotlb.c, rmem_swiotlb_setup(). */
export function restrictedPoolHandler(boot: BootEnvironment): RegionHandler {
  const foreign = ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'];
  const setUp = ({ node, base, size }: PlacedRegion): HandlerAnswer => {
    const found = foreign.find((name) => node.has(name));
    if (found !== undefined) return { errno: -errno.EINVAL, why: `a restricted pool may not have ${found}` };
    boot.log.info(
      `software IO TLB: Reserved memory: created restricted DMA pool at ${boot.physicalAddress(base)}, size ${size / mib} MiB`,
    );
    return 0;
  };
  return { compatible: 'restricted-dma-pool', state: 'restricted', setUp };
}

/**
 * swiotlb_init(): takes the bounce buffers below the DMA limit. Plays kernel/dma/swiotlb.c.
 * Deviations: `swiotlb=` is not read.
 */
export function reserveBounceBuffer(
  boot: BootEnvironment,
  memblock: Memblock,
  { areaLimit, needsBounceBuffer: needed }: ZoneLimits,
): void {
  if (!boot.config.enabled('SWIOTLB')) return;
  const small =
    boot.config.enabled('DMA_BOUNCE_UNALIGNED_KMALLOC') &&
    boot.release.behaviours.bounceBuffer === 'always-small';
  if (!needed && !small) return;
  const wanted = needed ? 64n * mib : (memblock.memoryBytes + 1023n) / 1024n;
  const capped = wanted > 64n * mib ? 64n * mib : wanted;
  const size = segmentBytes * BigInt(2 ** Math.ceil(Math.log2(segmentsFor(boot, capped))));
  const pageSize = BigInt(boot.pageSizeBytes);
  const owner = { owner: 'the bounce buffers (swiotlb)' };
  const base = memblock.allocate(size, pageSize, owner, { end: areaLimit - 1n });
  if (base === undefined) return;
  if (needed) {
    const range = `[mem ${boot.physicalAddress(base)}-${boot.physicalAddress(base + size - 1n)}]`;
    boot.log.info(`software IO TLB: mapped ${range} (${size / mib}MB)`);
  }
}

/** round_up_default_nslabs(), before the rounding: at least a segment for each processor's own part. */
function segmentsFor(boot: BootEnvironment, bytes: bigint): number {
  const processors = boot.handoff.tree.node('/cpus')?.children.filter(({ baseName }) => baseName === 'cpu');
  return Math.max(Number((bytes + segmentBytes - 1n) / segmentBytes), processors?.length ?? 1, 1);
}
