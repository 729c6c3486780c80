import { formatSize } from '../../../base/units.ts';
import { cmaValue } from '../../explain/changes/cma-parameter.ts';
import { defaultAreaBytes } from '../../explain/cma-size.ts';
import { wantedSize } from '../../explain/wish.ts';
import { lostRegionRule } from '../lost-region-rule.ts';

/** `cma=` on the command line takes the place of the tree's default pool. */
export const cmaOverTree = lostRegionRule({
  id: 'cma-over-tree',
  severity: 'warning',
  explanation:
    'cma= on the command line takes the place of the node with linux,cma-default. Size, place and often the name of the heap change; alloc-ranges and alignment of the node no longer hold. cma=0 leaves no default area at all.',
  causes: ['cma-parameter'],
  property: () => 'linux,cma-default',
  message({ region }, { system, tree }) {
    const { kernel, environment } = system;
    const value = cmaValue(environment.handoff.bootargs);
    const bytes = defaultAreaBytes(system);
    const area = kernel?.contiguous.defaultArea;
    const heap = kernel?.dmaHeaps.all.find((one) => one.area !== undefined && one.area === area);
    const now = bytes === 0n ? 'there is no default area' : `the default area has ${formatSize(bytes)}`;
    const name = heap === undefined ? '' : ` and its heap is called ${heap.name}`;
    return `cma=${value} takes the place of ${region.nodePath} with its ${formatSize(wantedSize(tree, region.node))}: ${now}${name}`;
  },
});
