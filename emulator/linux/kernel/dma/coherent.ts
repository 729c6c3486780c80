import { formatSize } from '../../../base/units.ts';
import type { HandlerAnswer, PlacedRegion, RegionHandler } from '../../drivers/of/reserved-mem/handler.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import { errno } from '../../uapi/errno.ts';

/**
 * The handler of shared-dma-pools for one device's coherent memory. Plays kernel/dma/coherent.c, its boot side.
 * Deviations: no global pool (linux,dma-default).
 */
export function coherentPoolHandler(boot: BootEnvironment): RegionHandler {
  const { coherentPoolUnit, handlerErrors } = boot.release.behaviours;
  const notMine = handlerErrors === 'not-mine-continues' ? errno.ENODEV : errno.EINVAL;
  const setUp = ({ node, base, size }: PlacedRegion): HandlerAnswer => {
    if (node.has('reusable')) return { errno: -notMine, why: 'a reusable pool is no coherent pool' };
    if (!boot.arch.mappedCoherentPools && !node.has('no-map')) {
      boot.log.err('Reserved memory: regions without no-map are not yet supported');
      return { errno: -errno.EINVAL, why: 'on this architecture a coherent pool must be no-map' };
    }
    const unit = coherentPoolUnit === 'KiB' ? 1n << 10n : 1n << 20n;
    boot.log.info(
      `Reserved memory: created DMA memory pool at ${boot.physicalAddress(base)}, size ${size / unit} ${coherentPoolUnit}`,
    );
    boot.decisions.note({
      subject: node.path,
      rule: 'coherent/pool',
      position: () => boot.handoff.tree.positionOf(node),
      outcome: `${formatSize(size)} for the coherent memory of devices that name it in memory-region; no heap`,
    });
    return 0;
  };
  return { compatible: 'shared-dma-pool', state: 'coherent', setUp };
}
