import { hex } from '../base/units.ts';
import type { Kernel } from '../linux/init/kernel.ts';

/** Memory that a driver allocated for its device. */
export interface DeviceMemorySummary {
  readonly size: string;
  /** `coherent-pool`, `iommu-pages`, `own-area`, `default-area`, `pages` or `atomic-pool`. */
  readonly from: string;
  readonly area?: string | undefined;
  /** Where it lies, unless it is scattered. */
  readonly base?: string | undefined;
}

/** A device whose driver has probed. */
export interface DeviceSummary {
  readonly node: string;
  /** As the kernel names it: `f4100000.ade`. */
  readonly name: string;
  readonly driver: string;
  /** Regions that were assigned to it. */
  readonly regions: readonly string[];
  readonly memory: readonly DeviceMemorySummary[];
}

/** The devices that drivers have probed so far; undefined where there are none. */
export function deviceSummaries(kernel: Kernel): readonly DeviceSummary[] | undefined {
  const { devices, pageSizeBytes } = kernel;
  if (devices.all.length === 0) return undefined;
  return devices.all.map((device) => ({
    node: device.node.path,
    name: device.name,
    driver: device.facts.driverName,
    regions: device.assigned,
    memory: devices.memory
      .filter((memory) => memory.device === device)
      .map(({ pageCount, source, area, runs }) => ({
        size: hex(pageCount * pageSizeBytes),
        from: source,
        area: area?.name,
        base: runs.length === 1 ? hex((runs[0]?.pfn ?? 0) * pageSizeBytes) : undefined,
      })),
  }));
}
