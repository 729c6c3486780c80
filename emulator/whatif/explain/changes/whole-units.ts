import { alignUp, formatSize, hex } from '../../../base/units.ts';
import { setProperty } from '../change.ts';
import type { ChangeKind } from '../failure.ts';
import { wantedState } from '../wish.ts';

/** A size that is no multiple of what areas or pages consist of: round it up. */
export const wholeUnits: ChangeKind = {
  name: 'whole-units',
  propose({ node, wish, areaUnitBytes, pageBytes }) {
    if (node === undefined || node.has('reg') || wish.sizeBytes === 0n) return [];
    const unit = wantedState(node) === 'cma' ? areaUnitBytes : pageBytes;
    const size = alignUp(wish.sizeBytes, unit);
    if (size === wish.sizeBytes) return [];
    return [
      {
        says: `ask for ${formatSize(size)} in ${node.path}, the next multiple of ${formatSize(unit)}`,
        change: setProperty(node.path, 'size', hex(size)),
        oneStepLess: size > unit ? setProperty(node.path, 'size', hex(size - unit)) : undefined,
      },
    ];
  },
};
