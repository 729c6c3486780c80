import { formatSize, hex } from '../../../base/units.ts';
import { pageGeometry } from '../../../linux/mm/page-geometry.ts';
import { lostRegionRule } from '../lost-region-rule.ts';

/** A pool that the kernel gives back because base or size are no multiple of what CMA areas consist of. */
export const cmaMisaligned = lostRegionRule({
  id: 'cma-misaligned',
  severity: 'error',
  explanation:
    'Base and size of a CMA area are multiples of a block of pages: 2 or 4 MiB with pages of 4 KiB, 32 MiB with 16 KiB, 512 MiB with 64 KiB. The kernel reserves other pools, refuses to make an area of them and gives them back.',
  causes: ['misaligned'],
  property: ({ region }) => (region.node.has('reg') ? 'reg' : 'size'),
  message({ region: { nodePath, baseBytes = 0n, sizeBytes } }, { system }) {
    const { release, config } = system.environment;
    const unit = pageGeometry(release, config).cmaQuantumBytes;
    const wrong =
      baseBytes % unit === 0n ? `the size ${formatSize(sizeBytes)}` : `the base ${hex(baseBytes)}`;
    return `${wrong} of ${nodePath} is no multiple of ${formatSize(unit)}: no CMA area is made of it`;
  },
});
