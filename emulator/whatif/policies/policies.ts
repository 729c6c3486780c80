import { hex } from '../../base/units.ts';
import { exportPolicies } from '../../linux/drivers/dma-buf/heaps/export-policies/index.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { RegionExport } from '../../linux/init/platform.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import { type DmaMaster, dmaMasters } from '../consumers/devices.ts';
import type { BootSummary, HeapSummary } from '../summary.ts';
import { type Exhaustion, exhaustionOf } from './exhaustion.ts';
import type { RefusedExportSummary } from './exports.ts';

/** A CMA heap under one policy. */
export interface PolicyHeap extends Pick<HeapSummary, 'name' | 'area' | 'exportedBy' | 'needs'> {
  /** Bytes of its area. */
  readonly size: string;
}

/** What one policy leads to. */
export interface PolicyOutcome {
  readonly policy: string;
  readonly summary: string;
  /** Whether the release uses it where none is asked for. */
  readonly isUsual: boolean;
  readonly heaps: readonly PolicyHeap[];
  readonly refused: readonly RefusedExportSummary[];
  /** Who could exhaust whom. */
  readonly exhaustion: readonly Exhaustion[];
}

/** A board under every export policy: the document that `heapboard policies --json` prints. */
export interface PoliciesDocument {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly areas: BootSummary['areas'];
  /** The kernel's last words, where it panics: no policy can mend that. */
  readonly panic?: string | undefined;
  readonly policies: readonly PolicyOutcome[];
}

/** Boots a request once for each policy. The usual policy is the one that the request has. */
export function comparePolicies(request: BootRequest): PoliciesDocument {
  const systems = [...exportPolicies.values()].map((policy) => ({
    policy,
    system: bootUp({ ...request, exportPolicy: policy.name }),
  }));
  const summary = systems[0]?.system.summary();
  if (summary === undefined) throw new Error('no export policy is registered');
  return {
    schemaVersion: 1,
    board: summary.board,
    release: summary.release,
    areas: summary.areas,
    panic: summary.panic,
    policies: systems.map(({ policy, system }): PolicyOutcome => {
      const { tree } = system.environment.handoff;
      const { heaps, refusedExports } = system.summary();
      const masters = withExports(dmaMasters(tree, request.profile?.devices), request.exports ?? []);
      return {
        policy: policy.name,
        summary: policy.summary,
        isUsual: policy.name === request.exportPolicy,
        heaps: system.kernel === undefined ? [] : cmaHeaps(system.kernel, heaps),
        refused: refusedExports,
        exhaustion: system.kernel === undefined ? [] : exhaustionOf(system.kernel, masters),
      };
    }),
  };
}

function cmaHeaps(kernel: Kernel, heaps: readonly HeapSummary[]): readonly PolicyHeap[] {
  return heaps
    .filter(({ kind }) => kind === 'cma')
    .map(({ name, area, exportedBy, needs }) => {
      const pages = kernel.cma.all.find((one) => one.name === area)?.pageCount ?? 0;
      return { name, area, exportedBy, needs, size: hex(BigInt(pages) * BigInt(kernel.pageSizeBytes)) };
    });
}

/** A device counts on the region that its driver is said to export, though the tree may not say so. */
function withExports(masters: readonly DmaMaster[], exports: readonly RegionExport[]): readonly DmaMaster[] {
  return masters.map((master) => {
    const more = exports
      .filter(({ device }) => device === master.node)
      .flatMap(({ region }) =>
        region === undefined ? [] : [region.startsWith('/') ? region : `/reserved-memory/${region}`],
      );
    return { ...master, regions: [...new Set([...master.regions, ...more])] };
  });
}
