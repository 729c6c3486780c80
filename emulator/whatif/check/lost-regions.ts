import type { ReservedRegion } from '../../linux/drivers/of/reserved-mem.ts';
import { pageGeometry } from '../../linux/mm/page-geometry.ts';
import { cmaValue } from '../explain/changes/cma-parameter.ts';
import { wantedSize, wantedState } from '../explain/wish.ts';
import type { System } from '../system.ts';
import { bytesInRam, wholeBanks } from './in-ram.ts';

/** What kept a region from being what it asks to be. Each lost region has one cause, and so one finding. */
export type LossCause =
  | 'cma-parameter'
  | 'cells'
  | 'empty'
  | 'flags'
  | 'misaligned'
  | 'outside-ram'
  | 'too-many-regions'
  | 'too-many-areas'
  | 'refused'
  | 'alloc-ranges'
  | 'no-room'
  | 'other';

export interface LostRegion {
  readonly region: ReservedRegion;
  readonly cause: LossCause;
  readonly reason: string;
}

/** Regions that got no memory or no driver though they are enabled; none where /reserved-memory is ignored. */
export function lostRegions(system: System): readonly LostRegion[] {
  const { environment } = system;
  const isIgnored = environment.decisions.all.some(({ rule }) => rule === 'reserved-memory/format');
  if (isIgnored) return [];
  return environment.regions.flatMap((region): readonly LostRegion[] => {
    if (!isLost(region)) return [];
    return [{ region, cause: causeOf(system, region), reason: region.reason ?? `it is ${region.state}` }];
  });
}

/** Nodes with neither `reg` nor `size` ask for nothing. */
function isLost({ node, state, reason }: ReservedRegion): boolean {
  if (state === 'failed' || state === 'returned') return true;
  // The memory of a region beyond the table stays reserved, but no driver finds it.
  if (state === 'reserved') return reason !== undefined;
  return state === 'skipped' && (node.has('reg') || node.has('size'));
}

function causeOf(system: System, region: ReservedRegion): LossCause {
  const { decisions, handoff, release, config } = system.environment;
  const { node, nodePath, state, reason = '', baseBytes, sizeBytes } = region;
  const wanted = wantedState(node);
  const own = decisions.about(nodePath);
  if (own.some(({ rule }) => rule === 'reserved-memory/malformed') || /no multiple of \d+ cells/.test(reason))
    return 'cells';
  if (/table of \d+ regions|\d+ dynamic regions/.test(reason)) return 'too-many-regions';
  if (/CMA areas are taken/.test(reason)) return 'too-many-areas';
  if (cmaValue(handoff.bootargs) !== undefined && wanted === 'cma' && node.has('linux,cma-default'))
    return 'cma-parameter';
  if (wantedSize(handoff.tree, node) === 0n) return 'empty';
  if (state === 'failed') {
    if (node.has('reg')) return 'refused';
    return node.has('alloc-ranges') ? 'alloc-ranges' : 'no-room';
  }
  if (state !== 'returned') return 'other';
  const place = { baseBytes: baseBytes ?? 0n, sizeBytes };
  if (node.has('reg') && bytesInRam(place, wholeBanks(handoff.tree)) < sizeBytes) return 'outside-ram';
  if (conflictsWithFlags(region)) return 'flags';
  const unit = pageGeometry(release, config).cmaQuantumBytes;
  const isAligned = (baseBytes ?? 0n) % unit === 0n && sizeBytes % unit === 0n;
  return wanted === 'cma' && !isAligned ? 'misaligned' : 'other';
}

function conflictsWithFlags({ node }: ReservedRegion): boolean {
  const wanted = wantedState(node);
  if (wanted === 'cma') return node.has('no-map');
  const forbidden = ['reusable', 'linux,cma-default', 'linux,dma-default', 'no-map'];
  return wanted === 'restricted' && forbidden.some((name) => node.has(name));
}
