import { type PhysicalRange, rangesOverlap } from '../../base/range.ts';
import type { DeviceTree, DtNode } from '../../devicetree/tree.ts';
import { FlatTree, isCompatible } from '../../linux/drivers/of/flat-tree.ts';
import type { RegionState, ReservedRegion } from '../../linux/drivers/of/reserved-mem.ts';
import type { System } from '../system.ts';

/** What somebody asked of a boot, and whether a boot grants it. */
export interface Wish {
  /** In bytes; 0 where no size was asked for. */
  readonly sizeBytes: bigint;
  /** Whether a boot gives what was asked for, or at least `sizeBytes` of it. */
  isGranted(system: System, sizeBytes?: bigint): boolean;
}

/** What a node of /reserved-memory is there for: the state in which it has what it asks for. */
export function wantedState(node: DtNode): RegionState {
  if (isCompatible(node, 'restricted-dma-pool')) return 'restricted';
  if (!isCompatible(node, 'shared-dma-pool')) return 'reserved';
  return node.has('reusable') ? 'cma' : 'coherent';
}

/** The size that a node asks for, read as people mean it: cells too many or too few are taken as one number. */
export function wantedSize(tree: DeviceTree, node: DtNode): bigint {
  const flat = new FlatTree(tree);
  const reg = node.property('reg');
  const [first] = reg === undefined ? [] : flat.pairs(reg);
  if (first !== undefined) return first.size;
  const size = node.property('size');
  return size === undefined ? 0n : (size.number(0, size.cells.length) ?? 0n);
}

/** The wish of a node: its memory, in the hands of the right driver, still the default area where it is to be. */
export function regionWish(tree: DeviceTree, node: DtNode): Wish {
  const state = wantedState(node);
  const sizeBytes = wantedSize(tree, node);
  const wantsDefault = node.has('linux,cma-default') && state === 'cma';
  const defaults = (tree.node('/reserved-memory')?.children ?? []).filter((one) =>
    one.has('linux,cma-default'),
  );
  const isOnlyDefault = wantsDefault && defaults.length === 1;
  return {
    sizeBytes,
    isGranted({ kernel }, least = sizeBytes) {
      const region = kernel?.regions.find((one) => one.nodePath === node.path);
      if (kernel === undefined || region === undefined || region.state !== state) return false;
      if (region.baseBytes === undefined || region.sizeBytes < least) return false;
      if (state === 'cma' && !kernel.cma.all.some((area) => area.nodePath === node.path && area.active))
        return false;
      if (!wantsDefault) return true;
      const area = kernel.contiguous.defaultArea;
      return isOnlyDefault ? area?.nodePath === node.path : area !== undefined;
    },
  };
}

/** The wish of `cma=` or the configuration: a default area of that size. */
export function defaultAreaWish(sizeBytes: bigint): Wish {
  return {
    sizeBytes,
    isGranted({ kernel }, least = sizeBytes) {
      const area = kernel?.contiguous.defaultArea;
      if (kernel === undefined || area === undefined || !area.active) return false;
      // A node that makes the default area leaves nothing to ask for.
      if (area.nodePath !== undefined) return true;
      return BigInt(area.pageCount) * BigInt(kernel.pageSizeBytes) >= least;
    },
  };
}

/** The wish of a boot that died: to live, and where a node is to blame, to give it what it asked for. */
export function survivalWish(blamed: Wish | undefined): Wish {
  return {
    sizeBytes: blamed?.sizeBytes ?? 0n,
    isGranted: (system, least) => system.booted && (blamed?.isGranted(system, least) ?? true),
  };
}

/** Regions that hold memory. */
const holding: ReadonlySet<RegionState> = new Set(['reserved', 'cma', 'coherent', 'restricted']);

/** The memory that a region holds; undefined where it holds none. */
export function heldRange(region: ReservedRegion): PhysicalRange | undefined {
  const { baseBytes, sizeBytes, state } = region;
  return baseBytes === undefined || !holding.has(state) ? undefined : { baseBytes, sizeBytes };
}

/**
 * Whether a changed boot takes from nobody: every region and the default area keep what they had. A boot that died
 * before had nothing to keep. Regions in `except` may lose theirs.
 */
export function takesFromNobody(before: System, after: System, except: readonly string[] = []): boolean {
  const then = before.kernel;
  const now = after.kernel;
  if (then === undefined || now === undefined) return true;
  const kept = then.regions.every((region) => {
    const range = heldRange(region);
    const later = now.regions.find((one) => one.nodePath === region.nodePath);
    if (except.includes(region.nodePath)) return true;
    return range === undefined || (later?.state === region.state && later.sizeBytes >= range.sizeBytes);
  });
  const area = then.contiguous.defaultArea;
  return kept && (area === undefined || now.contiguous.defaultArea !== undefined);
}

/** Whether a region lies on nothing else: no other region, no object of the boot loader's. */
export function liesAlone(system: System, nodePath: string): boolean {
  const { environment } = system;
  const own = environment.regions.find((region) => region.nodePath === nodePath);
  const range = own === undefined ? undefined : heldRange(own);
  if (range === undefined) return true;
  const { kernelImage, dtb, initrd } = environment.handoff;
  const objects = [kernelImage, dtb, ...(initrd === undefined ? [] : [initrd])];
  const others = environment.regions
    .filter((region) => region !== own)
    .flatMap((region) => heldRange(region) ?? []);
  return ![...objects, ...others].some((other) => rangesOverlap(other, range));
}
