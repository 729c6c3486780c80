import { alignDown, alignUp } from '../../base/units.ts';
import type { DmaMaster } from '../consumers/devices.ts';
import type { System } from '../system.ts';
import { areaOf, type Target } from './target.ts';

/** Most places that are tried. */
const mostPlaces = 16;

/**
 * Places where an area could lie: the lower and the upper end of each free range of memory, as the boot left it without
 * the area's own place in the way. Lowest first.
 */
export function candidatePlaces(
  system: System,
  target: Target,
  sizeBytes: bigint,
  unitBytes: bigint,
): readonly bigint[] {
  const { memblock } = system.environment;
  const area = system.kernel === undefined ? undefined : areaOf(system.kernel, target);
  const page = BigInt(system.environment.pageSizeBytes);
  const own =
    area === undefined
      ? undefined
      : { base: BigInt(area.basePfn) * page, end: BigInt(area.basePfn + area.pageCount) * page };
  const free = joined([...memblock.freeRanges(), ...(own === undefined ? [] : [own])]);
  const places = new Set<bigint>();
  for (const { base, end } of free) {
    const lowest = alignUp(base, unitBytes);
    if (end < sizeBytes) continue;
    const highest = alignDown(end - sizeBytes, unitBytes);
    if (lowest > highest) continue;
    places.add(lowest);
    places.add(highest);
  }
  return [...places].sort((a, b) => (a < b ? -1 : 1)).slice(0, mostPlaces);
}

/** Devices that need the area, which ends at an address, and reach less far: those of its region, or without one. */
export function unreachedBy(
  masters: readonly DmaMaster[],
  { node }: Target,
  endBytes: bigint,
): readonly string[] {
  const uses = ({ needs, regions }: DmaMaster) =>
    node === undefined ? needs === 'contiguous' && regions.length === 0 : regions.includes(node.path);
  return masters
    .filter((master) => master.enabled && uses(master))
    .filter(({ below }) => below !== undefined && BigInt(below) < endBytes)
    .map(({ node: path }) => path);
}

interface Range {
  readonly base: bigint;
  readonly end: bigint;
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.base < b.base ? -1 : 1))) {
    const last = result.at(-1);
    if (last === undefined || last.end < range.base) result.push(range);
    else if (last.end < range.end) result[result.length - 1] = { base: last.base, end: range.end };
  }
  return result;
}
