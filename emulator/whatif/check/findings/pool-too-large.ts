import { alignDown, formatSize, hex, MiB } from '../../../base/units.ts';

import { pageGeometry } from '../../../linux/mm/page-geometry.ts';
import { setProperty } from '../../explain/change.ts';
import { cmaValue, withCma } from '../../explain/changes/cma-parameter.ts';
import type { BootContext } from '../context.ts';
import type { BootRule, Cure } from '../rule.ts';

/** CMA areas have most of RAM, so that what cannot move gets short of it. */
export const poolTooLarge: BootRule = {
  id: 'pool-too-large',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'CMA areas have more than half of RAM. Only what can be moved may use them while they are idle: page tables, kernel memory and buffers of the system heap live in the rest, and fail when that is used up though much is free.',
  find(context) {
    const { kernel } = context.system;
    const largest = kernel?.cma.all.toSorted((a, b) => b.pageCount - a.pageCount)[0];
    if (kernel === undefined || largest === undefined) return [];
    const page = BigInt(kernel.pageSizeBytes);
    const areas = BigInt(kernel.cma.totalPages) * page;
    const ram = kernel.memblock.memoryBytes;
    if (areas * 2n <= ram) return [];
    const node = largest.nodePath === undefined ? undefined : context.tree.node(largest.nodePath);
    const free = BigInt(kernel.pages.freePages - kernel.cma.freePages) * page;
    const property = node?.has('reg') === true ? 'reg' : 'size';
    return [
      {
        subject: largest.nodePath ?? largest.name,
        message: `CMA areas have ${formatSize(areas)} of ${formatSize(ram)}; ${formatSize(free)} are left for what cannot be moved`,
        position: node === undefined ? undefined : context.tree.positionOf(node, property),
        cures: () => smaller(context, largest.nodePath, BigInt(largest.pageCount) * page, areas - ram / 2n),
      },
    ];
  },
};

/** The largest area less what the areas have too much, in whole units. */
function smaller(
  { system, tree }: BootContext,
  path: string | undefined,
  size: bigint,
  excess: bigint,
): readonly Cure[] {
  const { release, config, handoff } = system.environment;
  const unit = pageGeometry(release, config).cmaQuantumBytes;
  const step = unit % MiB === 0n ? unit : MiB;
  const bytes = alignDown(size - excess, step);
  if (bytes <= 0n) return [];
  const says = `let ${path ?? 'the default area'} have ${formatSize(bytes)}`;
  const node = path === undefined ? undefined : tree.node(path);
  if (node !== undefined && path !== undefined) {
    if (node.has('reg')) return [];
    return [{ says, changes: [setProperty(path, 'size', hex(bytes))], costs: [path] }];
  }
  const value = cmaValue(handoff.bootargs);
  const range = value?.includes('@') === true ? value.slice(value.indexOf('@')) : '';
  const text = `${bytes / MiB}M${range}`;
  const bootargs =
    value === undefined ? `${handoff.bootargs} cma=${text}`.trim() : withCma(handoff.bootargs, text);
  return [{ says, changes: [{ kind: 'bootargs', bootargs }] }];
}
