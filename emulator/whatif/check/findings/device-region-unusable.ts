import { isEnabled } from '../../../devicetree/semantics/status.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import type { DriverPlan } from '../../../machine/board-drivers.ts';
import { bootUp } from '../../boot-tree.ts';
import { deleteProperty, setProperty } from '../../explain/change.ts';
import type { BootContext } from '../context.ts';
import type { BootRule, Cure, Sighting } from '../rule.ts';

/** A device whose region cannot be assigned to it: it is disabled, or a pool that is mapped. */
export const deviceRegionUnusable: BootRule = {
  id: 'device-region-unusable',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'The memory-region of a device leads to a region that the kernel cannot hand to it: one that is disabled, so that the device silently uses the default area, or a shared-dma-pool that is neither reusable nor no-map, which cannot be mapped a second time and fails with EINVAL.',
  find(context) {
    const suspects = [...context.tree.root.walk()].flatMap((node) => suspectOf(context, node));
    if (suspects.length === 0 || !context.system.booted) return [];
    const { environment } = bootUp({
      ...context.request,
      drivers: [...(context.request.drivers ?? []), ...suspects.map(({ device }) => planOf(device))],
    });
    return suspects.flatMap(({ device, target }): readonly Sighting[] => {
      const decision = environment.decisions
        .about(device.path)
        .findLast(({ rule }) => rule === 'device/region');
      if (decision === undefined || decision.outcome.startsWith('assigned ')) return [];
      return [
        {
          subject: device.path,
          message: `${device.path} gets no region of its own: ${decision.outcome}`,
          position: decision.position,
          cures: () => curesFor(target),
        },
      ];
    });
  },
};

interface Suspect {
  readonly device: DtNode;
  readonly target: DtNode;
}

/** Plain regions are left out: drivers of firmware map those by themselves. */
function suspectOf({ tree, system }: BootContext, device: DtNode): readonly Suspect[] {
  const phandle = device.property('memory-region')?.cell;
  if (phandle === undefined || device.compatible.length === 0 || !isEnabled(device)) return [];
  const target = tree.byPhandle(phandle);
  const region = system.environment.regions.find(({ node }) => node === target);
  if (target === undefined || region === undefined) return [];
  return region.state === 'disabled' || region.state === 'coherent' ? [{ device, target }] : [];
}

function planOf({ path }: DtNode): DriverPlan {
  return { node: path, name: undefined, atNs: 200_000_000n, allocations: [], region: 0, dmaBits: undefined };
}

function curesFor({ path, available }: DtNode): readonly Cure[] {
  if (!available)
    return [{ says: `take away the status of ${path}`, changes: [deleteProperty(path, 'status')] }];
  return [
    { says: `add no-map to ${path}`, changes: [setProperty(path, 'no-map', '')] },
    { says: `make ${path} reusable`, changes: [setProperty(path, 'reusable', '')], costs: [path] },
  ];
}
