import type { DtNode } from '../../../../../devicetree/tree.ts';
import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { CmaArea } from '../../../../mm/cma.ts';

/** The area of a region, or why there is none. */
export function areaOfRegion(
  { cma, regions }: EarlyKernel,
  node: DtNode,
): CmaArea | { readonly why: string } {
  const area = cma.all.find(({ nodePath }) => nodePath === node.path);
  if (area !== undefined) return area;
  const region = regions.find(({ nodePath }) => nodePath === node.path);
  if (region === undefined) return { why: `${node.path} is no region under /reserved-memory` };
  if (region.reason !== undefined)
    return { why: `the region ${region.name} is ${region.state}: ${region.reason}` };
  if (!region.reusable)
    return { why: `the region ${region.name} is not reusable, so there is no CMA area of it` };
  return { why: `the region ${region.name} is ${region.state}, and there is no CMA area of it` };
}

/** The region that an entry of a device's `memory-region` leads to, or why it leads to none. */
export function regionOfDevice({ handoff }: EarlyKernel, device: DtNode): DtNode | { readonly why: string } {
  const property = device.property('memory-region');
  if (property === undefined) return { why: `${device.path} has no memory-region` };
  const phandle = property.cell;
  const region = phandle === undefined ? undefined : handoff.tree.byPhandle(phandle);
  if (region !== undefined) return region;
  return {
    why: `the memory-region of ${device.path} refers to phandle ${phandle ?? '(none)'}, which no node has`,
  };
}
