import { commonRange, formatRange, type PhysicalRange, rangeEnd } from '../../../base/range.ts';
import { hex } from '../../../base/units.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import type { ReservedRegion } from '../../../linux/drivers/of/reserved-mem.ts';
import { regionsOf } from '../../consumers/devices.ts';
import { setProperty } from '../../explain/change.ts';
import { heldRange } from '../../explain/wish.ts';
import type { BootContext } from '../context.ts';
import { freePlaces } from '../free-places.ts';
import type { BootRule, Cure, Sighting } from '../rule.ts';

/** Two regions hold the same memory: the kernel reports it, and changes nothing. */
export const regionOverlap: BootRule = {
  id: 'region-overlap',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'Two regions share memory. The kernel prints "OVERLAP DETECTED!" at most and gives both what they ask for, so that each may overwrite what the other keeps there. Where both only keep the kernel out (no-map) and at most one has a device, nothing is lost.',
  find(context) {
    const { regions } = context.system.environment;
    const held = regions.flatMap((region) => {
      const range = heldRange(region);
      return range === undefined || range.sizeBytes === 0n ? [] : [{ region, range }];
    });
    return held.flatMap(({ region, range }, index): readonly Sighting[] => {
      for (const other of held.slice(0, index)) {
        const both = commonRange(range, other.range);
        if (both === undefined) continue;
        const place = `[${hex(both.baseBytes)}, ${hex(rangeEnd(both))})`;
        return [
          {
            subject: region.nodePath,
            severity: isHarmless(context, region, other.region) ? 'note' : 'error',
            message: `${region.nodePath} and ${other.region.nodePath} both hold ${place}`,
            position: context.tree.positionOf(region.node, region.node.has('reg') ? 'reg' : 'size'),
            cures: () => moves(context, region.node, range),
          },
        ];
      }
      return [];
    });
  },
};

/** Whether both only keep the kernel out, and no two devices use them. */
function isHarmless({ tree }: BootContext, ...pair: readonly ReservedRegion[]): boolean {
  if (pair.some(({ noMap }) => !noMap)) return false;
  const used = new Set([...tree.root.walk()].flatMap((node) => regionsOf(tree, node)));
  return pair.filter(({ nodePath }) => used.has(nodePath)).length < 2;
}

/** Firmware's own memory lies where it lies: only what the kernel alone uses can be moved. */
function moves(context: BootContext, node: DtNode, range: PhysicalRange): readonly Cure[] {
  if (!node.has('reg') || node.has('no-map')) return [];
  return freePlaces(context.system, range).map((place) => ({
    says: `let ${node.path} lie at ${hex(place.baseBytes)}`,
    changes: [setProperty(node.path, 'reg', formatRange(place))],
  }));
}
