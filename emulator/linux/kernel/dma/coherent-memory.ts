import type { Attempt } from '../../../base/decisions.ts';
import type { Device, PageRun } from '../../drivers/base/device.ts';
import type { CmaArea } from '../../mm/cma.ts';

/** Where a device's coherent memory came from. */
export type CoherentSource =
  | 'coherent-pool'
  | 'iommu-pages'
  | 'own-area'
  | 'default-area'
  | 'pages'
  | 'atomic-pool'
  | 'restricted-pool';

/** Memory that a driver has for its device. */
export interface CoherentMemory {
  readonly device: Device;
  readonly source: CoherentSource;
  /** Pages that the request was rounded up to. */
  readonly pageCount: number;
  /** Where it lies, in the order in which processor and device see it. */
  readonly runs: readonly PageRun[];
  /** The area it was taken from. */
  readonly area: CmaArea | undefined;
  /** The first address as the device sees it; undefined behind an IOMMU, which may choose any. */
  readonly busAddress: bigint | undefined;
  readonly tried: readonly Attempt[];
  /** dma_free_coherent() */
  readonly free: () => void;
}

/** Why a driver got no memory: all ways that were tried. */
export interface NoCoherentMemory {
  readonly device: Device;
  readonly source: undefined;
  readonly tried: readonly Attempt[];
}

/** One way that was tried, with what it came to. */
export type Source = Omit<CoherentMemory, 'device' | 'tried' | 'pageCount'>;

/** get_order(): the power of two of pages that holds so many. */
export function orderOf(pageCount: number): number {
  return pageCount <= 1 ? 0 : 32 - Math.clz32(pageCount - 1);
}
