import type { ChangeKind } from '../failure.ts';
import { alignment } from './alignment.ts';
import { allocRanges } from './alloc-ranges.ts';
import { anywhere } from './anywhere.ts';
import { areaSlots } from './area-slots.ts';
import { cmaParameter } from './cma-parameter.ts';
import { conflictingFlags } from './conflicting-flags.ts';
import { malformedCells } from './malformed-cells.ts';
import { memoryLimit } from './memory-limit.ts';
import { neighbour } from './neighbour.ts';
import { pageSize } from './page-size.ts';
import { placedObjects } from './placed-objects.ts';
import { rangeTable } from './range-table.ts';
import { regionBase } from './region-base.ts';
import { release } from './release.ts';
import { status } from './status.ts';
import { wholeUnits } from './whole-units.ts';

/** The kinds of change, in the order in which they are tried: what was a slip first, what others feel last. */
export const changeKinds: readonly ChangeKind[] = [
  status,
  malformedCells,
  conflictingFlags,
  wholeUnits,
  cmaParameter,
  memoryLimit,
  areaSlots,
  rangeTable,
  allocRanges,
  anywhere,
  alignment,
  placedObjects,
  regionBase,
  neighbour,
  pageSize,
  release,
];

const names = new Set(changeKinds.map(({ name }) => name));
if (names.size !== changeKinds.length) throw new Error('two kinds of change have the same name');
