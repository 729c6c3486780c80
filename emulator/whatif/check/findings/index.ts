import type { CheckRule } from '../rule.ts';
import { allocRangesTight } from './alloc-ranges-tight.ts';
import { allocRangesTooSmall } from './alloc-ranges-too-small.ts';
import { bootPanics } from './boot-panics.ts';
import { cellsMalformed } from './cells-malformed.ts';
import { cmaDefaultIgnored } from './cma-default-ignored.ts';
import { cmaDefaultTwice } from './cma-default-twice.ts';
import { cmaMisaligned } from './cma-misaligned.ts';
import { cmaOverTree } from './cma-over-tree.ts';
import { defaultAreaLost } from './default-area-lost.ts';
import { deviceRegionExposed } from './device-region-exposed.ts';
import { deviceRegionUnusable } from './device-region-unusable.ts';
import { heapNameUnknown } from './heap-name-unknown.ts';
import { memoryEmpty } from './memory-empty.ts';
import { noMapOverKernel } from './no-map-over-kernel.ts';
import { onePoolTwoNames } from './one-pool-two-names.ts';
import { poolBeyondReach } from './pool-beyond-reach.ts';
import { poolTooLarge } from './pool-too-large.ts';
import { regionEmpty } from './region-empty.ts';
import { regionNoRoom } from './region-no-room.ts';
import { regionOutsideRam } from './region-outside-ram.ts';
import { regionOverBootFiles } from './region-over-boot-files.ts';
import { regionOverlap } from './region-overlap.ts';
import { regionRefused } from './region-refused.ts';
import { regionUnusable } from './region-unusable.ts';
import { releaseChanges } from './release-changes.ts';
import { reservedMemoryIgnored } from './reserved-memory-ignored.ts';
import { reservedMemoryMisplaced } from './reserved-memory-misplaced.ts';
import { reusableNoMap } from './reusable-no-map.ts';
import { sizeOverflow } from './size-overflow.ts';
import { statusTrap } from './status-trap.ts';
import { tooManyAreas } from './too-many-areas.ts';
import { tooManyRegions } from './too-many-regions.ts';

/** Makes a table of rules by id; two of one id are a mistake of ours. */
export function ruleTable(rules: readonly CheckRule[]): ReadonlyMap<string, CheckRule> {
  const table = new Map<string, CheckRule>();
  for (const rule of rules) {
    if (table.has(rule.id)) throw new Error(`two rules are called ${rule.id}`);
    table.set(rule.id, rule);
  }
  return table;
}

/** All rules by id, in the order in which their findings are told: what the others rest on first. */
export const checkRules = ruleTable([
  bootPanics,
  memoryEmpty,
  reservedMemoryIgnored,
  reservedMemoryMisplaced,
  cellsMalformed,
  sizeOverflow,
  statusTrap,
  regionOverlap,
  regionOverBootFiles,
  noMapOverKernel,
  regionRefused,
  regionOutsideRam,
  regionEmpty,
  allocRangesTooSmall,
  allocRangesTight,
  regionNoRoom,
  cmaMisaligned,
  reusableNoMap,
  tooManyRegions,
  tooManyAreas,
  regionUnusable,
  cmaOverTree,
  cmaDefaultTwice,
  cmaDefaultIgnored,
  defaultAreaLost,
  poolBeyondReach,
  poolTooLarge,
  deviceRegionUnusable,
  deviceRegionExposed,
  onePoolTwoNames,
  heapNameUnknown,
  releaseChanges,
]);
