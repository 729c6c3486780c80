import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { AreaExport, RefusedExport } from '../export-policies/policy.ts';
import { areaOfRegion } from './area-of-region.ts';

const flag = 'linux,cma-heap';

/** Regions with the flag `linux,cma-heap`: the patch of May 2020 registers them while they are set up. */
export function flagExports(early: EarlyKernel): readonly (AreaExport | RefusedExport)[] {
  const { tree } = early.handoff;
  return early.regions
    .filter(({ node }) => node.has(flag))
    .map(({ node }) => {
      const area = areaOfRegion(early, node);
      if (!('why' in area)) {
        return { area, exportedBy: 'flag', reason: `${node.path} has ${flag}` } as const;
      }
      return { asker: node.path, why: area.why, position: () => tree.positionOf(node, flag) };
    });
}
