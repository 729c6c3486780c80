import type { PhysicalRange } from '../../../base/range.ts';
import { formatSize, hex, MiB } from '../../../base/units.ts';
import type { PlacedName } from '../change.ts';
import type { ChangeKind, Failure, Proposal } from '../failure.ts';
import { stepped, stepsToFreePlaces } from '../places.ts';

const names: readonly (readonly [PlacedName, string])[] = [
  ['dtb', 'dtb'],
  ['initrd', 'initrd'],
  ['kernelImage', 'kernel image'],
];
/** Boot loaders place in such steps. */
const stepBytes = 2n * MiB;

/** Something of the boot loader's lies in the way: have it put elsewhere, as near as helps. */
export const placedObjects: ChangeKind = {
  name: 'placed-objects',
  propose(failure) {
    const owners = new Set(failure.obstacles.map(({ owner }) => owner));
    return names.flatMap(([object, owner]) => (owners.has(owner) ? moved(failure, object, owner) : []));
  },
};

function moved(failure: Failure, object: PlacedName, owner: string): readonly Proposal[] {
  const placed: PhysicalRange | undefined = failure.system.environment.handoff[object];
  if (placed === undefined) return [];
  const steps = stepsToFreePlaces(failure, placed, stepBytes);
  return [true, false].map((upwards) => ({
    probes: upwards ? steps.up : steps.down,
    at: (step: number) => {
      const baseBytes = stepped(placed.baseBytes, stepBytes, step, upwards);
      if (baseBytes < 0n) return undefined;
      const range = { baseBytes, sizeBytes: placed.sizeBytes };
      return {
        says: `have the boot loader put the ${owner} (${formatSize(placed.sizeBytes)}) at ${hex(baseBytes)}`,
        change: { kind: 'placement', object, range } as const,
      };
    },
  }));
}
