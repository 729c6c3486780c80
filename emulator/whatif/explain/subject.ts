import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import type { ReservedRegion } from '../../linux/drivers/of/reserved-mem.ts';
import type { System } from '../system.ts';
import { waitingModules } from '../userland/waiting-modules.ts';

/** The chain that a name leads to: a node, the area made of it, the heap over that. Any of them may be missing. */
export interface Subject {
  /** What the user called it. */
  readonly name: string;
  readonly region: ReservedRegion | undefined;
  /** The name of the area; `reserved` is the one of `cma=` and the configuration. */
  readonly area: string | undefined;
  readonly heap: string | undefined;
  /** The boot as a whole. */
  readonly isBoot: boolean;
}

const folders = [
  '/dev/dma_heap/',
  '/sys/class/dma_heap/',
  '/sys/kernel/debug/cma/cma-',
  '/sys/kernel/debug/cma/',
  '/sys/kernel/mm/cma/',
];

/** The area that the kernel makes by itself. */
export const ownArea = 'reserved';

/** The question about the default area's size. */
export const cmaSize = 'cma-size';

/** Finds what a node path, a file, or the name of a region, area or heap means; otherwise an InputError. */
export function findSubject(system: System, name: string): Subject {
  const none = { name, region: undefined, area: undefined, heap: undefined, isBoot: false };
  if (name === 'boot' || name === 'panic') return { ...none, isBoot: true };
  const folder = folders.find((one) => name.startsWith(one));
  const plain = folder === undefined ? name : name.slice(folder.length);
  const { kernel, environment } = system;
  const heap = kernel?.dmaHeaps.all.find((one) => one.name === plain);
  const areas = kernel?.cma.all ?? [];
  const area = heap?.area ?? areas.find((one) => one.name === plain);
  const path = area?.nodePath;
  const region = environment.regions.find((one) =>
    path === undefined
      ? one.nodePath === plain || one.name === plain || one.node.baseName === plain
      : one.nodePath === path,
  );
  const ownArea = isOwnArea(system, plain) ? plain : undefined;
  const found = {
    ...none,
    region: heap !== undefined && area === undefined ? undefined : region,
    area:
      area?.name ??
      areas.find((one) => one.nodePath !== undefined && one.nodePath === region?.nodePath)?.name ??
      ownArea,
    heap:
      heap?.name ??
      kernel?.dmaHeaps.all.find(
        (one) =>
          one.area !== undefined && one.area.nodePath !== undefined && one.area.nodePath === region?.nodePath,
      )?.name,
  };
  if (found.region !== undefined || found.area !== undefined || found.heap !== undefined) return found;
  throw unknown(system, plain);
}

/** The area of `cma=` or the configuration may be asked for though it did not come about. */
function isOwnArea({ environment }: System, name: string): boolean {
  return name === ownArea && environment.decisions.about(`area:${ownArea}`).length > 0;
}

function unknown({ kernel, environment }: System, name: string): Error {
  const names = [
    ...environment.regions.flatMap((region) => [region.nodePath, region.name, region.node.baseName]),
    ...(kernel?.cma.all.map((area) => area.name) ?? []),
    ...(kernel?.dmaHeaps.all.map((heap) => heap.name) ?? []),
    ownArea,
    cmaSize,
    'boot',
  ];
  const known = [...new Set(names)];
  const shown = known.filter((one) => !one.startsWith('/'));
  const hint = kernel === undefined ? undefined : waitingModules(kernel).join('; ') || undefined;
  return inputError('subject-unknown', { name, near: nearNames(name, known), known: shown }, { hint });
}
