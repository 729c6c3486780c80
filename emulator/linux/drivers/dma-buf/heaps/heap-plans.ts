import type { EarlyKernel } from '../../../init/kernel.ts';
import type { CmaArea } from '../../../mm/cma.ts';
import {
  type AreaExport,
  exportPolicyNamed,
  type HeapExporter,
  type RefusedExport,
} from './export-policies/index.ts';
import { releaseAreas } from './export-policies/release.ts';

/** A heap that is to be added. */
export interface HeapPlan {
  readonly name: string;
  readonly area: CmaArea;
  /** Why, as the first half of a sentence. */
  readonly reason: string;
  /** Whether the driver gives up where this heap cannot be added. */
  readonly required: boolean;
  readonly exportedBy: HeapExporter;
}

/** The heaps that a policy leads to on a release, in the order of their addition, and the exports that cannot work. */
export interface HeapPlans {
  readonly heaps: readonly HeapPlan[];
  readonly refused: readonly RefusedExport[];
}

const fixedName = 'default_cma_region';

/** Names and orders the areas that a policy selects as the release does. */
export function planHeaps(early: EarlyKernel, policy = early.exportPolicy): HeapPlans {
  const { areas, refused } = exportPolicyNamed(policy).select(early);
  return { heaps: inOrder(early, areas), refused };
}

/** What the release adds for areas, and behind that what others export. */
function inOrder(early: EarlyKernel, areas: readonly AreaExport[]): readonly HeapPlan[] {
  const { contiguous, release } = early;
  const chosen = new Set(areas.map(({ area }) => area));
  const ownByRelease = new Set(releaseAreas(early).map(({ area }) => area));
  const byDefault =
    contiguous.defaultArea === undefined || !chosen.has(contiguous.defaultArea)
      ? []
      : defaultHeaps(early, contiguous.defaultArea);
  const lists = release.behaviours.regionHeaps === 'every-reusable-region';
  const listed = lists ? contiguous.heapAreas.filter((area) => chosen.has(area)) : [];
  const twinsAndRegions = listed.map((area) => ({
    name: area.name,
    area,
    reason: reasonFor(areas, area),
    required: false,
    exportedBy: exporterOf(areas, area, ownByRelease),
  }));
  const covered = new Set(listed);
  const others = areas.filter(({ area, exportedBy }) => {
    if (covered.has(area)) return false;
    return exportedBy !== 'release' || area !== contiguous.defaultArea;
  });
  const behind = others.map(({ area, exportedBy, reason }) => ({
    name: area.name,
    area,
    reason,
    required: exportedBy === 'release',
    exportedBy,
  }));
  return [...byDefault, ...twinsAndRegions, ...behind];
}

/** An area that the release exports by itself is the release's, whoever else asks for it. */
function exporterOf(
  areas: readonly AreaExport[],
  area: CmaArea,
  ownByRelease: ReadonlySet<CmaArea>,
): HeapExporter {
  if (ownByRelease.has(area)) return 'release';
  return areas.find((one) => one.area === area)?.exportedBy ?? 'policy';
}

function reasonFor(areas: readonly AreaExport[], area: CmaArea): string {
  return areas.findLast((one) => one.area === area)?.reason ?? '';
}

/** The default area's heaps: its name by release, and a second one where the release adds it. */
function defaultHeaps({ release, config }: EarlyKernel, area: CmaArea): readonly HeapPlan[] {
  const { behaviours } = release;
  const plan = (name: string, reason: string): HeapPlan => ({
    name,
    area,
    reason,
    required: true,
    exportedBy: 'release',
  });
  if (behaviours.cmaHeapNaming === 'area') return [plan(area.name, 'The default area becomes a heap')];
  const fixed = plan(fixedName, 'The default area becomes a heap of fixed name');
  const hasLegacy = config.enabled('DMABUF_HEAPS_CMA_LEGACY') && behaviours.cmaHeapTwin === 'legacy-option';
  if (!hasLegacy || area.name === fixedName) return [fixed];
  return [fixed, plan(area.name, 'DMABUF_HEAPS_CMA_LEGACY keeps the old name')];
}

const patches: Readonly<Record<Exclude<HeapExporter, 'release'>, string>> = {
  flag: 'needs the May 2020 patch (linux,cma-heap)',
  node: 'needs the October 2019 patch (dmabuf-heap-cma)',
  driver: 'needs the July 2020 patch (dma_heap_add_cma)',
  policy: 'needs the walk over all areas of the 2019 trees',
};

/** What an unpatched kernel lacks for such a heap; undefined where it makes it by itself. */
export function missingPatch(exportedBy: HeapExporter, release: string): string | undefined {
  return exportedBy === 'release' ? undefined : `not in mainline ${release}: ${patches[exportedBy]}`;
}
