import { hex } from '../../../emulator/base/units.ts';
import type { RecordedArea } from '../../records/record.ts';
import { type Fact, fact } from '../fact.ts';
import type { BootOutcome } from './outcome.ts';

type Area = BootOutcome['areas'][number];

/** debugfs names a folder `cma-` and the area's name, and had room for 15 characters. */
const cutLength = 11;

const place = (base: string, size: string) => `${base}+${size}`;

/**
 * Compares the areas: name, base and size as one fact, the pages in use as another.
 * Where names were cut, areas count by what is left of it, and of those that coincide only the first shows.
 */
export function compareAreas(
  recorded: readonly RecordedArea[],
  outcome: BootOutcome,
): Fact<'areas' | 'usedPages'>[] {
  const cut = recorded.some((area) => area.nameCut === true);
  const nameOf = (area: Area) => (cut ? area.name.slice(0, cutLength) : area.name);
  const emulated = new Map<string, Area>();
  for (const area of outcome.areas) if (!emulated.has(nameOf(area))) emulated.set(nameOf(area), area);
  const facts = recorded.flatMap((area): Fact<'areas' | 'usedPages'>[] => {
    const own = emulated.get(cut ? area.name.slice(0, cutLength) : area.name);
    emulated.delete(area.name.slice(0, cut ? cutLength : undefined));
    const found = own === undefined ? undefined : place(hex(own.baseBytes), hex(own.sizeBytes));
    return [
      fact('areas', area.name, place(area.base, area.size), found),
      fact(
        'usedPages',
        area.name,
        String(area.usedPages),
        own === undefined ? undefined : String(own.usedPages),
      ),
    ];
  });
  const extra = [...emulated].map(([name, area]) =>
    fact('areas', name, undefined, place(hex(area.baseBytes), hex(area.sizeBytes))),
  );
  return [...facts, ...extra];
}
