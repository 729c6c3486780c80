import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { AreaExport, RefusedExport } from '../export-policies/policy.ts';
import { areaOfRegion, regionOfDevice } from './area-of-region.ts';

const compatible = 'dmabuf-heap-cma';

/** Nodes whose driver only exports the region behind their `memory-region`: the patch of October 2019. */
export function nodeExports(early: EarlyKernel): readonly (AreaExport | RefusedExport)[] {
  const { tree } = early.handoff;
  const nodes = [...tree.root.walk()].filter((node) => node.compatible.includes(compatible));
  return nodes.map((node) => {
    const refuse = (why: string) => ({ asker: node.path, why, position: () => tree.positionOf(node) });
    if (!node.available) {
      return refuse(`its status is "${node.property('status')?.string}", so its driver never probes`);
    }
    const region = regionOfDevice(early, node);
    if ('why' in region) return refuse(region.why);
    const area = areaOfRegion(early, region);
    if ('why' in area) return refuse(area.why);
    return {
      area,
      exportedBy: 'node',
      reason: `The ${compatible} node ${node.path} exports ${region.path}`,
    } as const;
  });
}
