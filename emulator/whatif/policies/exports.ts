import type { DecisionRecord } from '../../base/decisions.ts';
import type { SourcePosition } from '../../base/position.ts';
import type { DmaHeap } from '../../linux/drivers/dma-buf/dma-heap.ts';
import type { HeapExporter } from '../../linux/drivers/dma-buf/heaps/export-policies/index.ts';
import { missingPatch, planHeaps } from '../../linux/drivers/dma-buf/heaps/heap-plans.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import { watched } from '../../linux/releases/relied-on.ts';
import { releaseNamed } from '../../linux/releases.ts';

/** What an export policy changes against the release: names of heaps. */
export interface AgainstRelease {
  readonly added: readonly string[];
  readonly missing: readonly string[];
}

/** An export that cannot work: who asked, and why not. */
export interface RefusedExportSummary {
  readonly asker: string;
  readonly why: string;
  readonly position?: SourcePosition | undefined;
}

/** Who made a heap, and what an unpatched kernel lacks for it. A heap that was plugged in is its driver's. */
export function exporterOf(
  { kind, exportedBy, name }: Pick<DmaHeap, 'kind' | 'exportedBy' | 'name'>,
  release: string,
  vendorHeaps: readonly string[] = [],
): { readonly exportedBy: HeapExporter; readonly needs?: string } {
  if (kind === 'other') {
    const whose = vendorHeaps.includes(name) ? "the vendor's driver" : 'a driver of its own';
    return { exportedBy: 'driver', needs: `not in mainline ${release}: needs ${whose}` };
  }
  const by = exportedBy ?? 'release';
  const needs = missingPatch(by, release);
  return needs === undefined ? { exportedBy: by } : { exportedBy: by, needs };
}

/** How the CMA heaps differ from those of policy `release`; undefined where they do not, or none are set up. */
export function againstRelease(kernel: Kernel): AgainstRelease | undefined {
  if (kernel.exportPolicy === 'release' || kernel.config.tristate('DMABUF_HEAPS_CMA') === 'n')
    return undefined;
  // To look is not to rely: the question must not count as a use of inferred behaviours.
  const unwatched = { ...kernel, release: watched(releaseNamed(kernel.release.name)) };
  const usual = planHeaps(unwatched, 'release').heaps.map(({ name }) => name);
  const planned = planHeaps(unwatched).heaps.length;
  const present = kernel.dmaHeaps.all.filter(({ kind }) => kind === 'cma').map(({ name }) => name);
  if (present.length === 0 && planned > 0) return undefined;
  const added = present.filter((name) => !usual.includes(name));
  const missing = usual.filter((name) => !present.includes(name));
  return added.length + missing.length === 0 ? undefined : { added, missing };
}

/** The exports that were refused, in the order of the boot. */
export function refusedExports({ all }: DecisionRecord): readonly RefusedExportSummary[] {
  return all
    .filter(({ rule }) => rule === 'heap-export/refused')
    .map(({ subject, outcome, position }) => ({
      asker: subject,
      why: outcome.replace(/^cannot be exported as a heap: /, ''),
      ...(position === undefined ? {} : { position }),
    }));
}
