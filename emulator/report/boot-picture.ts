import type { BootSummary } from '../whatif/summary.ts';
import {
  type DrawnPicture,
  drawMemoryMap,
  type MapItem,
  type MapKind,
  type MemoryMap,
} from './pictures/memory-map.ts';

/** Places of what the boot loader put into memory, beside the summary. */
export interface PlacedObjects {
  readonly kernelImage: Place;
  readonly dtb: Place;
  readonly initrd: Place | undefined;
}

interface Place {
  readonly baseBytes: bigint;
  readonly sizeBytes: bigint;
}

/** The memory of a boot as a map: RAM, regions, areas without a region, and what the boot loader put there. */
function bootMap(summary: BootSummary, { kernelImage, dtb, initrd }: PlacedObjects): MemoryMap {
  const own = new Set(summary.regions.map(({ node }) => node));
  const placed = (name: string, kind: MapKind, place: Place | undefined): MapItem[] =>
    place === undefined ? [] : [{ name, kind, base: Number(place.baseBytes), size: Number(place.sizeBytes) }];
  const items = [
    ...placed('kernel image', 'kernel', kernelImage),
    ...placed('devicetree blob', 'loader', dtb),
    ...placed('initrd', 'loader', initrd),
    ...summary.regions.flatMap((region): MapItem[] =>
      region.base === null
        ? []
        : [
            {
              name: region.name,
              kind: kindOf(region, summary),
              base: Number(region.base),
              size: Number(region.size),
            },
          ],
    ),
    ...summary.areas
      .filter(({ node }) => node === undefined || !own.has(node))
      .map(({ name, base, size, isDefault }) => ({
        name,
        kind: isDefault ? ('default' as const) : ('cma' as const),
        base: Number(base),
        size: Number(size),
      })),
  ];
  return {
    title: `${summary.board ?? 'devicetree'}, Linux ${summary.release}`,
    banks: summary.memory.map(({ base, size }) => ({ base: Number(base), size: Number(size) })),
    items: items.filter(({ size }) => size > 0),
  };
}

function kindOf(region: BootSummary['regions'][number], { areas }: BootSummary): MapKind {
  if (region.state === 'cma') {
    return areas.some(({ node, isDefault }) => node === region.node && isDefault) ? 'default' : 'cma';
  }
  if (region.state === 'coherent' || region.state === 'restricted') return 'coherent';
  if (region.state === 'failed' || region.state === 'returned') return 'failed';
  return region.noMap ? 'noMap' : 'reserved';
}

/** The memory of a boot as a picture. */
export function bootPicture(summary: BootSummary, objects: PlacedObjects): DrawnPicture {
  return drawMemoryMap(bootMap(summary, objects));
}
