import { errno } from '../../../uapi/errno.ts';
import { isCompatible } from '../flat-tree.ts';
import type { RegionContext, TableEntry } from '../reserved-mem.ts';

/** How matching a region with the handlers ended. */
type Match =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly why: string };

/**
 * fdt_init_reserved_mem_node(): lets the handlers try a placed region. One that a handler matched and none could set
 * up is given back: then the answer is false.
 */
export function setUp(context: RegionContext, entry: TableEntry): boolean {
  const { boot } = context;
  const { region } = entry;
  const match = initNode(context, entry);
  if (match.kind === 'failed') {
    boot.log.info(`OF: reserved mem: node ${region.name} compatible matching fail`);
    giveBack(context, entry, match.why);
    return false;
  }
  printRegion(context, entry);
  return true;
}

/** __reserved_mem_init_node(): handlers in link order. */
function initNode(context: RegionContext, entry: TableEntry): Match {
  const { boot, handlers } = context;
  const { region, base, size } = entry;
  const onlyNotMineContinues = boot.release.behaviours.handlerErrors === 'not-mine-continues';
  let failure: { readonly errno: number; readonly why: string } | undefined;
  for (const handler of handlers) {
    if (!isCompatible(region.node, handler.compatible)) continue;
    const answer =
      (onlyNotMineContinues ? handler.validate?.(region.node) : 0) ||
      handler.setUp({ node: region.node, name: region.name, base, size });
    if (answer === 0) {
      boot.log.info(`OF: reserved mem: initialized node ${region.name}, compatible id ${handler.compatible}`);
      region.become(handler.state);
      region.baseBytes = base;
      return { kind: 'taken' };
    }
    if (onlyNotMineContinues && answer.errno === -errno.ENODEV) continue;
    // The first refusal that is not "not mine" tells the user most.
    failure ??= answer;
    if (onlyNotMineContinues) break;
  }
  return failure === undefined ? { kind: 'none' } : { kind: 'failed', why: failure.why };
}

function giveBack(context: RegionContext, entry: TableEntry, why: string): void {
  const { boot, memblock } = context;
  const { region, base, size } = entry;
  const removed = boot.release.behaviours.dynamicNoMap === 'removed';
  if (!region.noMap || removed) memblock.free(base, size);
  if (region.noMap) {
    if (removed) memblock.add(base, size);
    else memblock.clearNoMap(base, size);
  }
  const stillReserved = memblock.isRegionReserved(base, size);
  region.become('returned', why);
  boot.decisions.note({
    subject: region.nodePath,
    rule: 'reserved-memory/handler',
    position: () => boot.handoff.tree.positionOf(region.node),
    outcome: `its memory goes ${stillReserved ? 'nowhere: it stays reserved' : 'back to the system'}: ${why}`,
  });
}

function printRegion(context: RegionContext, entry: TableEntry): void {
  const { boot } = context;
  const { region, base, size } = entry;
  const { regionLine } = boot.release.behaviours;
  if (regionLine === 'none') return;
  const kib = size / 1024n;
  const length = regionLine === 'kib' ? `(${kib} KiB)` : `( ${kib} KB)`;
  const last = BigInt.asUintN(64, base + size - 1n);
  const map = region.noMap ? 'nomap' : 'map';
  const reusable = region.reusable ? 'reusable' : 'non-reusable';
  boot.log.info(
    `OF: reserved mem: ${boot.physicalAddress(base)}..${boot.physicalAddress(last)} ${length} ${map} ${reusable} ${region.name}`,
  );
}
