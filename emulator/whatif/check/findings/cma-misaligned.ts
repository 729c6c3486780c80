import { formatSize, hex } from '../../../base/units.ts';
import { pageGeometry } from '../../../linux/mm/page-geometry.ts';
import { wantedState } from '../../explain/wish.ts';
import { explainedRemedy } from '../explained-remedy.ts';
import type { BootRule, Sighting } from '../rule.ts';

/** A pool that the kernel gives back because base or size are no multiple of what CMA areas consist of. */
export const cmaMisaligned: BootRule = {
  id: 'cma-misaligned',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'Base and size of a CMA area are multiples of a block of pages: 2 or 4 MiB with pages of 4 KiB, 32 MiB with 16 KiB, 512 MiB with 64 KiB. The kernel reserves other pools, refuses to make an area of them and gives them back.',
  find(context) {
    const { regions, release, config } = context.system.environment;
    const unit = pageGeometry(release, config).cmaQuantumBytes;
    return regions.flatMap(({ node, nodePath, baseBytes, sizeBytes, state }): readonly Sighting[] => {
      if (wantedState(node) !== 'cma' || state !== 'returned' || baseBytes === undefined) return [];
      const isBase = baseBytes % unit !== 0n;
      if (!isBase && sizeBytes % unit === 0n) return [];
      const wrong = isBase ? `the base ${hex(baseBytes)}` : `the size ${formatSize(sizeBytes)}`;
      return [
        {
          subject: nodePath,
          message: `${wrong} of ${nodePath} is no multiple of ${formatSize(unit)}: no CMA area is made of it`,
          position: context.tree.positionOf(node, node.has('reg') ? 'reg' : 'size'),
          remedy: () => explainedRemedy(context, nodePath),
        },
      ];
    });
  },
};
