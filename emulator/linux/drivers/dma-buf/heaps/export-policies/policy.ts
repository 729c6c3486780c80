import type { FindPosition } from '../../../../../base/position.ts';
import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { CmaArea } from '../../../../mm/cma.ts';

/**
 * Who made a heap: the release by itself, a driver that calls dma_heap_add_cma(), a `dmabuf-heap-cma` node, the flag
 * `linux,cma-heap` of a region, or a policy that takes more areas than the release does.
 */
export type HeapExporter = 'release' | 'driver' | 'node' | 'flag' | 'policy';

/** An area that is to become a heap. */
export interface AreaExport {
  readonly area: CmaArea;
  readonly exportedBy: HeapExporter;
  /** Why, as the first half of a sentence. */
  readonly reason: string;
}

/** Somebody asked for a heap that cannot be made. */
export interface RefusedExport {
  /** Who asked: the path of a region or a device. */
  readonly asker: string;
  readonly why: string;
  readonly position?: FindPosition | undefined;
}

/** Which areas become heaps; in what order and under which names is the release's business. */
export interface AreaSelection {
  readonly areas: readonly AreaExport[];
  readonly refused: readonly RefusedExport[];
}

/** Decides which CMA areas become heaps. */
export interface ExportPolicy {
  readonly name: string;
  /** One line for lists of policies. */
  readonly summary: string;
  select(early: EarlyKernel): AreaSelection;
}
