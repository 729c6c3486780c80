import { formatRange, type PhysicalRange, rangesOverlap } from '../../../base/range.ts';
import { hex } from '../../../base/units.ts';
import { setProperty } from '../../explain/change.ts';
import { heldRange } from '../../explain/wish.ts';
import { freePlaces } from '../free-places.ts';
import type { BootRule, Sighting } from '../rule.ts';

/** A mapped region where the boot loader put kernel, blob or initrd: nothing refuses that. */
export const regionOverBootFiles: BootRule = {
  id: 'region-over-boot-files',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'A region has the place where the boot loader puts the kernel image, the devicetree blob or the initrd. The kernel reserves it twice without a word; whoever uses the region overwrites what lies there, or is overwritten.',
  find({ system, tree }) {
    const { handoff, regions } = system.environment;
    const objects: readonly (readonly [string, PhysicalRange | undefined])[] = [
      ['the kernel image', handoff.kernelImage],
      ['the devicetree blob', handoff.dtb],
      ['the initrd', handoff.initrd],
    ];
    return regions.flatMap((region): readonly Sighting[] => {
      const range = heldRange(region);
      const { node, nodePath } = region;
      if (range === undefined || !node.has('reg')) return [];
      const [what, object] = objects.find(([, one]) => one !== undefined && rangesOverlap(one, range)) ?? [];
      if (what === undefined || object === undefined) return [];
      return [
        {
          subject: nodePath,
          message: `${nodePath} lies over ${what} at ${formatRange({ baseBytes: object.baseBytes, sizeBytes: object.sizeBytes })}`,
          position: tree.positionOf(node, 'reg'),
          cures: () =>
            (region.noMap ? [] : freePlaces(system, range)).map((place) => ({
              says: `let ${nodePath} lie at ${hex(place.baseBytes)}`,
              changes: [setProperty(nodePath, 'reg', formatRange(place))],
            })),
        },
      ];
    });
  },
};
