import { formatSize, hex } from '../../../base/units.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import { wantedSize } from '../../explain/wish.ts';
import { lostRegionRule } from '../lost-region-rule.ts';

/** A region for which its alloc-ranges have no room: even empty, or with what lies in them. */
export const allocRangesTooSmall = lostRegionRule({
  id: 'alloc-ranges-too-small',
  severity: 'error',
  explanation:
    'A region without a fixed place is looked for in its alloc-ranges, top-down and in multiples of its alignment. What the boot loader and other regions put there splits them; a region that does not fit gets nothing.',
  causes: ['alloc-ranges'],
  property: () => 'alloc-ranges',
  message({ region: { node, nodePath } }, { system, tree }) {
    const property = node.property('alloc-ranges');
    const windows = property === undefined ? [] : new FlatTree(tree).pairs(property);
    const size = wantedSize(tree, node);
    const list = windows.map(({ base, size: length }) => `[${hex(base)}, ${hex(base + length)})`).join(', ');
    const isHopeless = windows.every((window) => window.size < size);
    const decision = system.environment.decisions
      .about(nodePath)
      .findLast(({ rule }) => rule === 'reserved-memory/dynamic-placement');
    const why = isHopeless ? 'they are smaller than that' : (decision?.tried.at(-1)?.result ?? 'no room');
    return `${nodePath} asks for ${formatSize(size)} in ${list} and gets nothing: ${why}`;
  },
});
