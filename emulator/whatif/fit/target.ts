import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import { hex } from '../../base/units.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import type { ReservedRegion } from '../../linux/drivers/of/reserved-mem.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { CmaArea } from '../../linux/mm/cma.ts';
import { isAreaNode } from '../default-pool.ts';
import type { System } from '../system.ts';

/** The area whose size is asked for. */
export interface Target {
  /** Its name, as `boot` lists it; undefined for a default area that the board as it is does not have. */
  readonly name: string | undefined;
  /** Its region, for an area that is asked for by name; undefined for the default area, wherever that is stated. */
  readonly node: DtNode | undefined;
}

/**
 * The area of a name, or the default one. A region that the kernel could make no area of has one by the name of its node:
 * another size may give it one. Throws an InputError for a name that is neither.
 */
export function targetOf(system: System, name: string | undefined): Target {
  const { tree } = system.environment.handoff;
  const areas = system.kernel?.cma.all ?? [];
  const defaultArea = system.kernel?.contiguous.defaultArea;
  if (name === undefined || name === defaultArea?.name) return { name: defaultArea?.name, node: undefined };
  const pools = (tree.node('/reserved-memory')?.children ?? []).filter(isAreaNode);
  const path = areas.find((area) => area.name === name)?.nodePath;
  const node = path === undefined ? pools.find((pool) => pool.name === name) : tree.node(path);
  if (node !== undefined) return { name, node };
  const known = [...new Set([...areas.map((area) => area.name), ...pools.map((pool) => pool.name)])];
  throw inputError('area-unknown', { name, near: nearNames(name, known), known });
}

/** The area on a booted kernel; undefined where it has none. */
export function areaOf(kernel: Kernel, { node }: Target): CmaArea | undefined {
  if (node === undefined) return kernel.contiguous.defaultArea;
  return kernel.cma.all.find(({ nodePath }) => nodePath === node.path);
}

/** States of regions that keep their memory. */
const keepsMemory: ReadonlySet<ReservedRegion['state']> = new Set([
  'reserved',
  'cma',
  'coherent',
  'restricted',
]);

/** What an area covers that is not its own, as a sentence: the kernel only warns of it, and both then use the memory. */
export function overlapOf(kernel: Kernel, area: CmaArea): string | undefined {
  const page = BigInt(kernel.pageSizeBytes);
  const base = BigInt(area.basePfn) * page;
  const end = base + BigInt(area.pageCount) * page;
  const other = kernel.regions.find(
    ({ nodePath, baseBytes, sizeBytes, state }) =>
      nodePath !== area.nodePath &&
      keepsMemory.has(state) &&
      baseBytes !== undefined &&
      baseBytes < end &&
      base < baseBytes + sizeBytes,
  );
  return other === undefined
    ? undefined
    : `from ${hex(base)} on it would cover ${other.nodePath} at ${hex(other.baseBytes ?? 0n)}`;
}
