import { type PhysicalRange, rangeEnd, rangesOverlap } from '../../base/range.ts';
import { alignDown, alignUp, MiB } from '../../base/units.ts';
import type { System } from '../system.ts';

const most = 4;

/** Places in free RAM for something of that size, nearest first; aligned as the present place is, up to 2 MiB. */
export function freePlaces({ environment }: System, range: PhysicalRange): readonly PhysicalRange[] {
  const { memblock } = environment;
  const align = alignmentOf(range);
  const taken = memblock.reserved.regions.map(({ base, end }) => ({
    baseBytes: base,
    sizeBytes: end - base,
  }));
  const starts = taken.flatMap((one) => [
    alignUp(rangeEnd(one), align),
    alignDown(one.baseBytes - range.sizeBytes, align),
  ]);
  const distance = (base: bigint) =>
    base < range.baseBytes ? range.baseBytes - base : base - range.baseBytes;
  return [...new Set(starts)]
    .filter((base) => base > 0n)
    .map((baseBytes) => ({ baseBytes, sizeBytes: range.sizeBytes }))
    .filter((place) => !taken.some((one) => rangesOverlap(one, place)))
    .filter((place) =>
      memblock.memory.regions.some(({ base, end }) => base <= place.baseBytes && rangeEnd(place) <= end),
    )
    .toSorted((a, b) => (distance(a.baseBytes) < distance(b.baseBytes) ? -1 : 1))
    .slice(0, most);
}

function alignmentOf({ baseBytes, sizeBytes }: PhysicalRange): bigint {
  let align = 4096n;
  while (align < 2n * MiB && baseBytes % (align * 2n) === 0n && sizeBytes >= align) align *= 2n;
  return align;
}
