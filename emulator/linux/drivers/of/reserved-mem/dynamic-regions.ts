import type { Attempt, Obstacle } from '../../../../base/decisions.ts';
import { formatSize, hex } from '../../../../base/units.ts';
import type { DtProperty } from '../../../../devicetree/tree.ts';
import { obstacleIn, obstaclesIn } from '../../../kernel/dma/contiguous/explain.ts';
import { shortage } from '../../../kernel/dma/contiguous/shortage.ts';
import type { SearchWindow } from '../../../mm/memblock.ts';
import { type CellRange, isCompatible } from '../flat-tree.ts';
import type { RegionContext } from '../reserved-mem.ts';
import type { Region } from './region.ts';
import { vetoed } from './static-regions.ts';

const mib = 1n << 20n;
/** SMP_CACHE_BYTES. */
const cacheLine = 64n;

/** What a dynamic node asks for. */
interface Wish {
  readonly size: bigint;
  readonly alignment: bigint;
  /** `alloc-ranges` in their order; undefined for everywhere. */
  readonly ranges: readonly CellRange[] | undefined;
}

/** __reserved_mem_alloc_size(): finds a place for a node with `size`; undefined where it gets none. */
export function place(context: RegionContext, region: Region): CellRange | undefined {
  const wish = readWish(context, region);
  if (wish === undefined || vetoed(context, region)) return undefined;
  region.sizeBytes = wish.size;
  const windows = wish.ranges?.map((range) => windowOf(context, range)) ?? [{}];
  const tried: Attempt[] = [];
  let base: bigint | undefined;
  for (const window of windows) {
    base = take(context, region, wish, window);
    tried.push(attempt(context, wish, window, base));
    if (base !== undefined) break;
  }
  const obstacle = obstacleOf(context, wish, windows, base);
  if (base === undefined) failed(context, region, wish);
  else {
    region.baseBytes = base;
    region.become('reserved');
  }
  context.boot.decisions.note({
    subject: region.nodePath,
    rule: 'reserved-memory/dynamic-placement',
    tried,
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(base === undefined ? { obstacles: obstaclesOf(context, windows) } : {}),
    position: () => context.boot.handoff.tree.positionOf(region.node, 'size'),
    outcome:
      base === undefined
        ? `no place for ${formatSize(wish.size)}`
        : `${formatSize(wish.size)} at ${hex(base)}${region.noMap ? ', not mapped' : ''}`,
  });
  return base === undefined ? undefined : { base, size: wish.size };
}

function readWish(context: RegionContext, region: Region): Wish | undefined {
  const { boot, flat, geometry } = context;
  const { node, name } = region;
  const refuse = (property: string, line: string, reason: string): undefined => {
    boot.log.err(`OF: reserved mem: ${line}`);
    if (region.state !== 'failed') region.become('skipped', reason);
    boot.decisions.note({
      subject: region.nodePath,
      rule: 'reserved-memory/malformed',
      position: () => boot.handoff.tree.positionOf(node, property),
      outcome: `skipped: ${reason}`,
    });
    return undefined;
  };
  const size = node.property('size');
  if (size === undefined) {
    region.become('skipped', 'it has no size');
    return undefined;
  }
  const sizeBytes = flat.size(size);
  if (sizeBytes === undefined) {
    const reason = `its size has ${cellsOf(size)}, not the ${flat.sizeCells} that the root's #size-cells wants`;
    return refuse('size', `invalid size property in '${name}' node.`, reason);
  }
  const alignmentProperty = node.property('alignment');
  const stated = alignmentProperty === undefined ? 0n : flat.address(alignmentProperty);
  if (stated === undefined) {
    const reason = `its alignment has ${cellsOf(alignmentProperty)}, not the ${flat.addressCells} that the root's #address-cells wants`;
    return refuse('alignment', `invalid alignment property in '${name}' node.`, reason);
  }
  const isPool =
    boot.config.facts.cma && isCompatible(node, 'shared-dma-pool') && region.reusable && !region.noMap;
  const least = isPool ? geometry.cmaQuantumBytes : 0n;
  const alignment = stated > least ? stated : least;
  const rangesProperty = node.property('alloc-ranges');
  if (rangesProperty !== undefined && rangesProperty.bytes.length % flat.pairBytes !== 0) {
    const cells = `${flat.addressCells} for an address and ${flat.sizeCells} for a size, as the root says`;
    const reason = `its alloc-ranges have ${cellsOf(rangesProperty)}, no multiple of ${flat.pairBytes / 4} (${cells})`;
    if (boot.release.behaviours.malformedAllocRanges === 'skip') {
      return refuse('alloc-ranges', `invalid alloc-ranges property in '${name}', skipping node.`, reason);
    }
    boot.decisions.note({
      subject: region.nodePath,
      rule: 'reserved-memory/malformed',
      position: () => boot.handoff.tree.positionOf(node, 'alloc-ranges'),
      outcome: `they count as absent, so that it may lie anywhere: ${reason}`,
    });
    return { size: sizeBytes, alignment: alignment === 0n ? cacheLine : alignment, ranges: undefined };
  }
  return {
    size: sizeBytes,
    alignment: alignment === 0n ? cacheLine : alignment,
    ranges: rangesProperty === undefined ? undefined : flat.pairs(rangesProperty),
  };
}

function cellsOf(property: DtProperty | undefined): string {
  const count = (property?.bytes.length ?? 0) / 4;
  return count === 1 ? '1 cell' : `${count} cells`;
}

/** The window of one of the `alloc-ranges`, with the direction that the release searches it in. */
function windowOf(context: RegionContext, range: CellRange): SearchWindow {
  const start = range.base;
  const end = BigInt.asUintN(64, range.base + range.size);
  const window = { start, ...(end === 0n ? {} : { end }) };
  if (context.boot.release.behaviours.searchDirection === 'top-down') return window;
  const touches = (address: bigint): boolean =>
    context.table.some(({ base, size }) => size !== 0n && address >= base && address <= base + size);
  return { ...window, bottomUp: touches(start) && !touches(end) };
}

/** early_init_dt_alloc_reserved_memory_arch(): reserves a free range, and keeps it unmapped where asked. */
function take(context: RegionContext, region: Region, wish: Wish, window: SearchWindow): bigint | undefined {
  const { boot, memblock } = context;
  const claimant = {
    owner: region.nodePath,
    position: () => boot.handoff.tree.positionOf(region.node, 'size'),
  };
  const base = memblock.find(wish.size, wish.alignment, window);
  if (base === undefined) return undefined;
  if (region.noMap && boot.release.behaviours.dynamicNoMap === 'removed') {
    memblock.remove(base, wish.size);
    return base;
  }
  if (!memblock.reserve(base, wish.size, claimant)) return undefined;
  if (region.noMap && !memblock.markNoMap(base, wish.size, claimant)) {
    memblock.free(base, wish.size);
    return undefined;
  }
  return base;
}

function failed(context: RegionContext, region: Region, wish: Wish): void {
  const { boot } = context;
  const line = `OF: reserved mem: failed to allocate memory for node '${region.name}'`;
  if (boot.release.behaviours.placeFailure === 'info-without-size') boot.log.info(line);
  else boot.log.err(`${line}: size ${wish.size / mib} MiB`);
  region.become('failed', `no free range of ${formatSize(wish.size)} where it may lie`);
}

function attempt(
  { memblock }: RegionContext,
  wish: Wish,
  window: SearchWindow,
  base: bigint | undefined,
): Attempt {
  const where =
    window.start === undefined && window.end === undefined
      ? 'all memory'
      : `[${hex(window.start ?? 0n)}, ${window.end === undefined ? 'end' : hex(window.end)})`;
  return {
    what: `${window.bottomUp === true ? 'bottom-up' : 'top-down'} in ${where}`,
    sizeBytes: wish.size,
    alignBytes: wish.alignment,
    ...(base === undefined ? {} : { baseBytes: base }),
    result:
      base === undefined
        ? shortage(memblock, wish.alignment, window, { start: 'its alloc-ranges', end: 'its alloc-ranges' })
        : `free: placed at ${hex(base)}`,
  };
}

/** The first thing that keeps the region from lying higher in its window, or from lying there at all. */
function obstacleOf(
  context: RegionContext,
  wish: Wish,
  windows: readonly SearchWindow[],
  base: bigint | undefined,
): Obstacle | undefined {
  const { memblock } = context;
  const window = windows.at(-1);
  const end = window?.end ?? memblock.endOfMemory;
  const from = base === undefined ? (window?.start ?? memblock.startOfMemory) : base + wish.size;
  return from < end ? obstacleIn(memblock, from, end) : undefined;
}

/** All that keeps the region out of its windows, lowest first. */
function obstaclesOf({ memblock }: RegionContext, windows: readonly SearchWindow[]): readonly Obstacle[] {
  return windows.flatMap(({ start, end }) =>
    obstaclesIn(memblock, start ?? memblock.startOfMemory, end ?? memblock.endOfMemory),
  );
}
