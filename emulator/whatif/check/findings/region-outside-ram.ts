import { formatRange, type PhysicalRange, rangeEnd } from '../../../base/range.ts';
import { formatSize } from '../../../base/units.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import { setProperty } from '../../explain/change.ts';
import { wantedState } from '../../explain/wish.ts';
import type { BootContext } from '../context.ts';
import { freePlaces } from '../free-places.ts';
import { bytesInRam, wholeBanks } from '../in-ram.ts';
import type { BootRule, Cure, Severity, Sighting } from '../rule.ts';

/** A region with a fixed place that is not, or not all, in RAM. */
export const regionOutsideRam: BootRule = {
  id: 'region-outside-ram',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'A region lies where there is no RAM, or across the end of a bank. The kernel does not mind: what it reserves there is nothing, a pool there takes down whoever uses it, and a driver that maps the region may find no memory behind it.',
  find(context) {
    const banks = wholeBanks(context.tree);
    const flat = new FlatTree(context.tree);
    const { regions } = context.system.environment;
    return regions.flatMap((region): readonly Sighting[] => {
      const { node, nodePath, noMap, state } = region;
      const reg = node.property('reg');
      const isLookedAt = state !== 'disabled' && state !== 'skipped';
      const [first] = reg === undefined || !isLookedAt ? [] : flat.pairs(reg);
      if (first === undefined || first.size === 0n) return [];
      const range = { baseBytes: first.base, sizeBytes: first.size };
      const inside = bytesInRam(range, banks);
      const isPool = wantedState(node) === 'cma';
      // Firmware's own memory is often not stated as RAM, and no-map asks for nothing else.
      if (inside === range.sizeBytes || (noMap && !isPool)) return [];
      const severity: Severity = isPool ? 'error' : inside === 0n ? 'note' : 'warning';
      return [
        {
          subject: nodePath,
          severity,
          message: `${nodePath} at ${formatRange(range)} lies ${inside === 0n ? 'outside RAM' : `in RAM with ${formatSize(inside)} only`}, which is ${banks.map(formatRange).join(', ')}`,
          position: context.tree.positionOf(node, 'reg'),
          cures: () => (isPool ? moves(context, nodePath, range) : []),
        },
      ];
    });
  },
};

function moves({ system }: BootContext, path: string, range: PhysicalRange): readonly Cure[] {
  return freePlaces(system, range).map((place) => ({
    says: `let ${path} lie at 0x${place.baseBytes.toString(16)}, up to 0x${rangeEnd(place).toString(16)}`,
    changes: [setProperty(path, 'reg', formatRange(place))],
  }));
}
