import { formatSize } from '../../../base/units.ts';
import { wantedSize } from '../../explain/wish.ts';
import { lostRegionRule } from '../lost-region-rule.ts';

/** A region without a fixed place for which there is no room in all of RAM. */
export const regionNoRoom = lostRegionRule({
  id: 'region-no-room',
  severity: 'error',
  explanation:
    'A region without a fixed place and without alloc-ranges may lie anywhere in RAM, but needs one free piece of its size, aligned. Kernel, blob, initrd, firmware and other regions cut RAM into pieces.',
  causes: ['no-room'],
  property: () => 'size',
  message({ region: { node, nodePath } }, { system, tree }) {
    const decision = system.environment.decisions
      .about(nodePath)
      .findLast(({ rule }) => rule === 'reserved-memory/dynamic-placement');
    const why = decision?.tried.at(-1)?.result ?? 'there is no room';
    return `${nodePath} asks for ${formatSize(wantedSize(tree, node))} and gets nothing: ${why}`;
  },
});
