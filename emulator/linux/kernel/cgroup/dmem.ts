import type { Kernel } from '../../init/kernel.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { MemoryCounter } from '../../mm/memcontrol.ts';
import type { Task } from '../task.ts';
import { regionName } from './cgroupfs.ts';

/**
 * Limits on CMA areas by cgroup, as proposed in February 2026: the dmem controller with one region for each area.
 * In no release. The proposal leaves open what an allocation answers; here it is ENOMEM, as for a full area.
 */

/** What a buffer's pages were charged to. */
export type RegionCharge = {
  readonly counter: MemoryCounter;
  readonly region: string;
  readonly pageCount: number;
};

/** dmem_cgroup_try_charge(): the charge, undefined where nothing is limited, or `refused`. */
export function chargeRegion(
  kernel: Kernel,
  task: Task,
  area: CmaArea,
  pageCount: number,
): RegionCharge | undefined | 'refused' {
  if (!kernel.proposals.has('dmem-cma')) return undefined;
  const counter = kernel.cgroups.of(task).memory;
  const region = regionName(area.name);
  for (let one: MemoryCounter | undefined = counter; one !== undefined; one = one.parent) {
    const { usedPages = 0, limitPages = Number.POSITIVE_INFINITY } = one.regions.get(region) ?? {};
    if (usedPages + pageCount > limitPages) return 'refused';
  }
  add(counter, region, pageCount);
  return { counter, region, pageCount };
}

/** dmem_cgroup_uncharge() */
export function unchargeRegion(charge: RegionCharge | undefined): void {
  if (charge !== undefined) add(charge.counter, charge.region, -charge.pageCount);
}

function add(counter: MemoryCounter, region: string, pageCount: number): void {
  for (let one: MemoryCounter | undefined = counter; one !== undefined; one = one.parent) {
    const row = one.regions.get(region) ?? {
      limitPages: Number.POSITIVE_INFINITY,
      usedPages: 0,
      peakPages: 0,
    };
    row.usedPages += pageCount;
    row.peakPages = Math.max(row.peakPages, row.usedPages);
    one.regions.set(region, row);
  }
}
