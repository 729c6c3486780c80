import { formatSize, hex } from '../../../../base/units.ts';
import { obstacleIn } from '../../../kernel/dma/contiguous/explain.ts';
import { errno } from '../../../uapi/errno.ts';
import { type CellRange, isCompatible } from '../flat-tree.ts';
import type { RegionContext } from '../reserved-mem.ts';
import type { Region } from './region.ts';

/** How the first scan found a node: with a range, without `reg`, or not to be used. */
export type StaticOutcome =
  | ({ readonly kind: 'static' } & CellRange)
  | { readonly kind: 'no-reg' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'dropped' };

const mib = 1n << 20n;

/** __reserved_mem_reserve_reg(): reserves what `reg` says. */
export function reserve(context: RegionContext, region: Region): StaticOutcome {
  const { boot } = context;
  const property = region.node.property('reg');
  if (property === undefined) return { kind: 'no-reg' };
  const first = staticRange(context, region, 'first-scan');
  if (first === undefined) return region.reason === undefined ? { kind: 'no-reg' } : { kind: 'dropped' };
  region.baseBytes = first.base;
  region.sizeBytes = first.size;
  const pairs = context.flat.pairs(property);
  if (pairs.length === 0) {
    region.baseBytes = undefined;
    region.become('skipped', 'its reg is empty');
    return { kind: 'empty' };
  }
  const onlyFirst = boot.release.behaviours.severalRegs === 'first';
  const used = onlyFirst ? pairs.slice(0, 1) : pairs;
  const failures = used.filter((pair) => !reservePair(context, region, pair));
  if (failures.length === 0) region.become('reserved');
  else if (failures[0] === used[0]) region.baseBytes = undefined;
  return { kind: 'static', ...first };
}

/**
 * The range that drivers see of a node with `reg`; undefined, with a reason where the node is dropped for it, and
 * with the line that the scan prints.
 */
export function staticRange(
  context: RegionContext,
  region: Region,
  scan: 'first-scan' | 'second-scan',
): CellRange | undefined {
  const { boot, flat } = context;
  const { malformedReg, severalRegs, regionScanPrefix } = boot.release.behaviours;
  const property = region.node.property('reg');
  if (property === undefined) return undefined;
  const pairs = flat.pairs(property);
  const fits = property.bytes.length % flat.pairBytes === 0;
  if (malformedReg === 'absent') {
    if (!fits || pairs.length === 0) return undefined;
    if (scan === 'first-scan' && severalRegs === 'first' && pairs.length > 1) {
      boot.log.warn(
        `OF: reserved mem: Reserved memory: node '${region.name}' has ${pairs.length} <base size> entries, only the first is used`,
      );
    }
    return vetoed(context, region) ? undefined : pairs[0];
  }
  if (!fits) {
    boot.log.err(
      `${regionScanPrefix}Reserved memory: invalid reg property in '${region.name}', skipping node.`,
    );
    region.become('skipped', `its reg is no multiple of ${flat.pairBytes / 4} cells`);
    return undefined;
  }
  if (pairs.length === 0) {
    if (scan === 'first-scan') return { base: 0n, size: 0n };
    return boot.release.behaviours.emptyReg === 'misread' ? behindEmptyReg(region) : undefined;
  }
  return pairs[0];
}

/**
 * What stands behind an empty `reg` in the blob, read as a range: the next property's tag and length, then its name
 * and first bytes, or the tags that end the node. Names' offsets are not known here, so the size is only nearly right.
 */
function behindEmptyReg(region: Region): CellRange {
  const properties = [...region.node.properties.values()];
  const next = properties[properties.findIndex(({ name }) => name === 'reg') + 1];
  const propertyTag = 3n;
  const endTag = 2n;
  if (next === undefined) return { base: (endTag << 32n) | endTag, size: (endTag << 32n) | endTag };
  return {
    base: (propertyTag << 32n) | BigInt(next.bytes.length),
    size: (1n << 32n) | BigInt(next.cell ?? Number(propertyTag)),
  };
}

/** Whether a handler does not want the node's memory reserved at all. */
export function vetoed(context: RegionContext, region: Region): boolean {
  if (context.boot.release.behaviours.defaultNodeBypass !== 'before-reserving') return false;
  for (const handler of context.handlers) {
    if (handler.validate === undefined || !isCompatible(region.node, handler.compatible)) continue;
    const answer = handler.validate(region.node);
    if (answer !== 0 && answer.errno !== -errno.ENODEV) {
      region.become('skipped', answer.why);
      noteVeto(context, region, answer.why);
      return true;
    }
    if (answer === 0) return false;
  }
  return false;
}

function noteVeto(context: RegionContext, region: Region, why: string): void {
  const { boot } = context;
  if (boot.decisions.about(region.nodePath).some((decision) => decision.rule === 'reserved-memory/veto'))
    return;
  boot.decisions.note({
    subject: region.nodePath,
    rule: 'reserved-memory/veto',
    position: () => boot.handoff.tree.positionOf(region.node, 'linux,cma-default'),
    outcome: `nothing is reserved for it: ${why}`,
  });
}

/** early_init_dt_reserve_memory() for one range of a node. */
function reservePair(context: RegionContext, region: Region, pair: CellRange): boolean {
  const { boot, memblock } = context;
  const { noMapRefused, reserveFailure, regionScanPrefix } = boot.release.behaviours;
  const position = () => boot.handoff.tree.positionOf(region.node, 'reg');
  const claimant = { owner: region.nodePath, position };
  const end = pair.base + pair.size;
  const obstacle = region.noMap ? obstacleIn(memblock, pair.base, end) : undefined;
  const refused =
    region.noMap &&
    memblock.isRegionReserved(pair.base, pair.size) &&
    (noMapRefused === 'over-reserved' || memblock.overlapsMemory(pair.base, pair.size));
  const done =
    pair.size !== 0n &&
    !refused &&
    (region.noMap
      ? memblock.markNoMap(pair.base, pair.size, claimant)
      : memblock.reserve(pair.base, pair.size, claimant));
  const what = `exactly ${hex(pair.base)}, ${formatSize(pair.size)}${region.noMap ? ', not mapped' : ''}`;
  if (!done) {
    const line = `${regionScanPrefix}Reserved memory: failed to reserve memory for node '${region.name}': base ${boot.physicalAddress(pair.base)}, size ${pair.size / mib} MiB`;
    boot.log[reserveFailure](line);
    const reason = pair.size === 0n ? 'its size is 0' : 'a no-map region may not lie over reserved memory';
    region.become('failed', reason);
  }
  boot.decisions.note({
    subject: region.nodePath,
    rule: 'reserved-memory/static',
    tried: [
      { what, baseBytes: pair.base, sizeBytes: pair.size, result: done ? 'reserved' : (region.reason ?? '') },
    ],
    ...(done || obstacle === undefined ? {} : { obstacle }),
    position,
    outcome: done
      ? `${formatSize(pair.size)} at ${hex(pair.base)} ${region.noMap ? 'are kept out of the linear map' : 'are reserved'}`
      : `not reserved: ${region.reason}`,
  });
  return done;
}
