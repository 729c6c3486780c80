import { hex, MiB } from '../../base/units.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import type { KernelConfig } from '../../linux/kconfig.ts';
import { pageGeometry } from '../../linux/mm/page-geometry.ts';
import type { BootRequest } from '../boot-tree.ts';
import { defaultPoolNode } from '../default-pool.ts';
import { type Change, deleteProperty, setProperty, withChange } from '../explain/change.ts';
import { cmaValue, withCma } from '../explain/changes/cma-parameter.ts';
import type { System } from '../system.ts';
import type { Target } from './target.ts';

/** How the size of an area is set on a board: where it is stated now. */
export interface Sizing {
  readonly by: 'command line' | 'devicetree' | 'configuration';
  /** Sizes are multiples of it: what the kernel rounds areas to, or refuses to take otherwise. */
  readonly unitBytes: bigint;
  /** What to change for a size, at a place if one is given. */
  changes(sizeBytes: bigint, baseBytes?: bigint): readonly Change[];
}

/** Finds out how the board states the size of an area. */
export function sizingOf(system: System, target: Target): Sizing {
  const { release, config, handoff } = system.environment;
  const unitBytes = pageGeometry(release, config).cmaQuantumBytes;
  const region = target.node;
  if (region !== undefined) {
    return { by: 'devicetree', unitBytes, changes: (size, base) => nodeChanges(system, region, size, base) };
  }
  const { bootargs } = handoff;
  const value = cmaValue(bootargs);
  if (value !== undefined) {
    const range = value.includes('@') ? value.slice(value.indexOf('@')) : '';
    const changes = (size: bigint, base?: bigint): readonly Change[] => {
      const place = base === undefined ? range : `@${hex(base)}`;
      return [{ kind: 'bootargs', bootargs: withCma(bootargs, `${amount(size)}${place}`) }];
    };
    return { by: 'command line', unitBytes, changes };
  }
  const node = defaultPoolNode(handoff.tree);
  if (node !== undefined) {
    return { by: 'devicetree', unitBytes, changes: (size, base) => nodeChanges(system, node, size, base) };
  }
  const changes = (size: bigint, base?: bigint): readonly Change[] => {
    if (base === undefined) return configurationChanges(config, size);
    return [{ kind: 'bootargs', bootargs: `${bootargs} cma=${amount(size)}@${hex(base)}`.trim() }];
  };
  return { by: 'configuration', unitBytes, changes };
}

/** A request with the area's size, and place, set. */
export function sized(
  request: BootRequest,
  sizing: Sizing,
  sizeBytes: bigint,
  baseBytes?: bigint,
): BootRequest {
  return sizing.changes(sizeBytes, baseBytes).reduce(withChange, request);
}

function nodeChanges(
  { environment }: System,
  node: DtNode,
  size: bigint,
  place: bigint | undefined,
): readonly Change[] {
  const stated = node.property('reg')?.number(0, environment.handoff.tree.root.addressCells ?? 2);
  const base = place ?? stated;
  if (base === undefined) return [setProperty(node.path, 'size', amount(size))];
  const dynamic = ['size', 'alloc-ranges', 'alignment'].filter((property) => node.has(property));
  return [
    ...dynamic.map((property) => deleteProperty(node.path, property)),
    setProperty(node.path, 'reg', `${hex(base)}+${amount(size)}`),
  ];
}

/** CMA_SIZE_MBYTES, and what makes it count where another way to choose the size is configured. */
function configurationChanges(config: KernelConfig, size: bigint): readonly Change[] {
  const symbol = (name: string, value: string): Change => ({ kind: 'kconfig', symbol: name, value });
  const others = ['CMA_SIZE_SEL_PERCENTAGE', 'CMA_SIZE_SEL_MIN', 'CMA_SIZE_SEL_MAX'];
  const chosen = others.filter((name) => config.enabled(name));
  return [
    ...chosen.map((name) => symbol(name, 'n')),
    ...(chosen.length === 0 ? [] : [symbol('CMA_SIZE_SEL_MBYTES', 'y')]),
    symbol('CMA_SIZE_MBYTES', String(size / MiB)),
  ];
}

function amount(bytes: bigint): string {
  return bytes % MiB === 0n ? `${bytes / MiB}M` : `${bytes / 1024n}K`;
}
