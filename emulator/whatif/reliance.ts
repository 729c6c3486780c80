import { hex } from '../base/units.ts';
import type { Kernel } from '../linux/init/kernel.ts';
import type { RangeSummary } from './summary.ts';

/** A behaviour of the release that was concluded, not read or recorded, and that made a difference. */
export interface InferredBehaviour {
  /** Its name, as `heapboard releases diff` has it. */
  readonly behaviour: string;
  /** Half a sentence after the release's name. */
  readonly says: string;
}

/** Something that lies in RAM where nobody said it does. */
export interface AssumedObject extends RangeSummary {
  readonly what: 'image' | 'dtb' | 'initrd';
}

/** What a system rests on that was neither stated nor observed. Both lists are empty where nothing is uncertain. */
export interface Reliance {
  /** Inferred behaviours of the release that were looked at so far, by the time of their first use. */
  readonly inferred: readonly InferredBehaviour[];
  readonly assumed: readonly AssumedObject[];
}

/** What a boot, and everything that has run since, relied on. */
export function relianceOf({
  release,
  handoff,
  arch,
}: Pick<Kernel, 'release' | 'handoff' | 'arch'>): Reliance {
  const objects = [
    ['image', handoff.kernelImage],
    ['dtb', handoff.dtb],
    ['initrd', handoff.initrd],
  ] as const;
  return {
    inferred: [
      ...(arch.inferred === undefined ? [] : [{ behaviour: 'architecture', says: arch.inferred }]),
      ...[...release.inferredInUse].map((behaviour) => ({ behaviour, says: release.says(behaviour) })),
    ],
    assumed: objects.flatMap(([what, object]) =>
      object?.certainty === 'assumed'
        ? [{ what, base: hex(object.baseBytes), size: hex(object.sizeBytes) }]
        : [],
    ),
  };
}
