import type { DtNode } from '../../../../../devicetree/tree.ts';
import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { RegionExport } from '../../../../init/platform.ts';
import type { AreaExport, RefusedExport } from '../export-policies/policy.ts';
import { areaOfRegion, regionOfDevice } from './area-of-region.ts';

/** Devices whose drivers call dma_heap_add_cma() when they probe: the patch of July 2020. */
export function driverExports(early: EarlyKernel): readonly (AreaExport | RefusedExport)[] {
  return early.platform.exports.map((asked) => exportOf(early, asked));
}

function exportOf(early: EarlyKernel, { device, region }: RegionExport): AreaExport | RefusedExport {
  const { tree } = early.handoff;
  const node = tree.node(device);
  if (node === undefined) return { asker: device, why: 'the tree has no such node' };
  const refuse = (why: string): RefusedExport => ({
    asker: node.path,
    why,
    position: () => tree.positionOf(node),
  });
  if (!node.available) {
    return refuse(`its status is "${node.property('status')?.string}", so its driver never probes`);
  }
  const target = region === undefined ? regionOfDevice(early, node) : regionNamed(early, region);
  if (target === undefined) return refuse(`/reserved-memory has no region ${region}`);
  if ('why' in target) return refuse(target.why);
  const area = areaOfRegion(early, target);
  if ('why' in area) return refuse(area.why);
  return { area, exportedBy: 'driver', reason: `The driver of ${node.path} exports ${target.path}` };
}

/** A region by its path, or by its name under /reserved-memory. */
function regionNamed({ handoff }: EarlyKernel, name: string): DtNode | undefined {
  const { tree } = handoff;
  return name.startsWith('/') ? tree.node(name) : tree.node('/reserved-memory')?.child(name);
}
