import { formatSize, GiB, hex, MiB } from '../../../base/units.ts';
import type { DriverPlan } from '../../../machine/board-drivers.ts';
import { bootUp } from '../../boot-tree.ts';
import type { DmaMaster } from '../../consumers/devices.ts';
import { setProperty } from '../../explain/change.ts';
import { cmaValue, withCma } from '../../explain/changes/cma-parameter.ts';
import type { BootContext } from '../context.ts';
import type { BootRule, Cure, Sighting } from '../rule.ts';

const askedBytes = MiB;
const probeNs = 200_000_000n;

/** The default area lies where a device that needs it cannot reach. */
export const poolBeyondReach: BootRule = {
  id: 'pool-beyond-reach',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    "A device without IOMMU and without a region of its own takes its buffers from the default area. Where that lies beyond the dma-ranges of the buses above it, or beyond the 32 bits that drivers ask for if they say nothing, the kernel gives the memory back; only small buffers come from elsewhere. cma= sets the node's alloc-ranges aside.",
  find(context) {
    const { kernel } = context.system;
    const area = kernel?.contiguous.defaultArea;
    if (kernel === undefined || area === undefined) return [];
    const base = BigInt(area.basePfn) * BigInt(kernel.pageSizeBytes);
    const end = base + BigInt(area.pageCount) * BigInt(kernel.pageSizeBytes);
    const asking = context.masters.filter((master) => takesFromDefault(master, context));
    const byWindow = asking.filter(({ below }) => below !== undefined && BigInt(below) < end);
    const windowed = refusedOf(context, byWindow, 64).map((master) => ({
      master,
      limit: BigInt(master.below ?? 0),
      isCertain: true,
    }));
    const others = end > 4n * GiB ? asking.filter((one) => !byWindow.includes(one)) : [];
    const masked = refusedOf(context, others, 32).map((master) => ({
      master,
      limit: 4n * GiB,
      isCertain: false,
    }));
    return [...windowed, ...masked].map(({ master, limit, isCertain }): Sighting => {
      const reach = isCertain
        ? `reaches only what lies below ${hex(limit)}`
        : 'reaches only the lowest 4 GiB unless its driver asks for more';
      return {
        subject: master.node,
        severity: isCertain ? 'warning' : 'note',
        message: `the default area ${area.name} lies at ${hex(base)}, up to ${hex(end)}; ${master.node} ${reach}: ${formatSize(askedBytes)} for it are given back`,
        position: master.position,
        cures: () => lower(context, limit),
      };
    });
  },
};

function takesFromDefault({ node, enabled, needs, regions }: DmaMaster, { tree }: BootContext): boolean {
  return enabled && needs === 'contiguous' && regions.length === 0 && tree.node(node) !== undefined;
}

/** The devices whose drivers, asking at boot, have memory of the default area given back. */
function refusedOf(
  context: BootContext,
  masters: readonly DmaMaster[],
  dmaBits: number,
): readonly DmaMaster[] {
  if (masters.length === 0) return [];
  const { request } = context;
  const plans = masters.map(
    ({ node }): DriverPlan => ({
      node,
      name: undefined,
      atNs: probeNs,
      allocations: [askedBytes],
      region: 'none',
      dmaBits,
    }),
  );
  const { environment } = bootUp({ ...request, drivers: [...(request.drivers ?? []), ...plans] });
  return masters.filter(({ node }) =>
    environment.decisions
      .about(node)
      .some(({ rule, tried }) => rule === 'device/alloc' && tried.some(isGivenBack)),
  );
}

function isGivenBack({ what, result }: { readonly what: string; readonly result: string }): boolean {
  return what.startsWith('the default CMA area') && result.startsWith('given back');
}

/** The same area below a limit. */
function lower({ system, tree }: BootContext, limit: bigint): readonly Cure[] {
  const { handoff } = system.environment;
  const value = cmaValue(handoff.bootargs);
  const path = system.kernel?.contiguous.defaultArea?.nodePath;
  const node = path === undefined ? undefined : tree.node(path);
  if (path !== undefined && node !== undefined) {
    if (node.has('reg')) return [];
    const change = setProperty(path, 'alloc-ranges', `0x0+${hex(limit)}`);
    return [{ says: `keep ${path} below ${hex(limit)}`, changes: [change] }];
  }
  if (value === undefined) return [];
  const size = value.split('@')[0] ?? value;
  const bootargs = withCma(handoff.bootargs, `${size}@0-${hex(limit)}`);
  return [{ says: `keep the area of cma= below ${hex(limit)}`, changes: [{ kind: 'bootargs', bootargs }] }];
}
