import { formatSize } from '../../base/units.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { CmaArea } from '../../linux/mm/cma.ts';
import type { DmaMaster } from '../consumers/devices.ts';

/**
 * A way in which one user of an area can take all of it from another: a region that a device counts on, reachable by any
 * process that may open its heap; two names for one pool; the default area, which devices share with processes.
 */
export interface Exhaustion {
  readonly kind: 'device-region' | 'one-pool' | 'default-area';
  readonly heaps: readonly string[];
  readonly area: string;
  /** Paths of the devices, or names of the heaps, that would go without. */
  readonly victims: readonly string[];
  readonly says: string;
}

/** Who could exhaust whom, area by area. */
export function exhaustionOf(kernel: Kernel, masters: readonly DmaMaster[]): readonly Exhaustion[] {
  return kernel.cma.all.flatMap((area) => {
    const heaps = kernel.dmaHeaps.all.filter((heap) => heap.area === area).map(({ name }) => name);
    if (heaps.length === 0) return [];
    return [
      ...deviceRegion(kernel, area, heaps, masters),
      ...onePool(kernel, area, heaps),
      ...shared(kernel, area, heaps, masters),
    ];
  });
}

function sizeOf(kernel: Kernel, area: CmaArea): string {
  return formatSize(BigInt(area.pageCount) * BigInt(kernel.pageSizeBytes));
}

function paths(heaps: readonly string[]): string {
  return heaps.map((name) => `/dev/dma_heap/${name}`).join(' or ');
}

function deviceRegion(
  kernel: Kernel,
  area: CmaArea,
  heaps: readonly string[],
  masters: readonly DmaMaster[],
): readonly Exhaustion[] {
  const owners = masters.filter(
    ({ regions }) => area.nodePath !== undefined && regions.includes(area.nodePath),
  );
  if (owners.length === 0) return [];
  const victims = owners.map(({ node }) => node);
  return [
    {
      kind: 'device-region',
      heaps,
      area: area.name,
      victims,
      says: `any process that may open ${paths(heaps)} can take the ${sizeOf(kernel, area)} on which ${victims.join(' and ')} ${victims.length === 1 ? 'counts' : 'count'} alone`,
    },
  ];
}

function onePool(kernel: Kernel, area: CmaArea, heaps: readonly string[]): readonly Exhaustion[] {
  if (heaps.length < 2) return [];
  return [
    {
      kind: 'one-pool',
      heaps,
      area: area.name,
      victims: heaps,
      says: `${heaps.join(' and ')} are one pool of ${sizeOf(kernel, area)}: what is allocated by one name, the other lacks`,
    },
  ];
}

/** Devices without an area of their own allocate from the default one, as processes do through its heap. */
function shared(
  kernel: Kernel,
  area: CmaArea,
  heaps: readonly string[],
  masters: readonly DmaMaster[],
): readonly Exhaustion[] {
  if (area !== kernel.contiguous.defaultArea) return [];
  const victims = masters
    .filter(({ enabled, needs, regions }) => enabled && needs === 'contiguous' && regions.length === 0)
    .map(({ node }) => node);
  if (victims.length === 0) return [];
  return [
    {
      kind: 'default-area',
      heaps,
      area: area.name,
      victims,
      says: `processes at ${paths(heaps)} and the drivers of ${victims.join(' and ')} share ${sizeOf(kernel, area)}: either can take all of it`,
    },
  ];
}
