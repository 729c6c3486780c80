import type { PressureFacts } from '../../machine/pressure-facts.ts';
import type { Kernel } from '../init/kernel.ts';

/** Lets others take memory as they would have when a system has run for a while. The same seed pins the same pages. */
export function applyPressure(kernel: Kernel, pressure: PressureFacts, seed = kernel.seed): void {
  const { pageCache, cma, pageSizeBytes } = kernel;
  const pages = (bytes: bigint) => Number(bytes / BigInt(pageSizeBytes));
  if (pressure.anonymousBytes !== undefined) pageCache.setAnonymous(pages(pressure.anonymousBytes));
  if (pressure.pageCacheBytes !== undefined) pageCache.setCache(pages(pressure.pageCacheBytes));
  const { pinned } = pressure;
  if (pinned === undefined) return;
  const ranges = cma.all.map(({ basePfn, pageCount }) => ({
    firstPfn: basePfn,
    endPfn: basePfn + pageCount,
  }));
  const borrowed = cma.all.reduce((sum, area) => sum + area.borrowedPages, 0);
  const wanted = 'bytes' in pinned ? pages(pinned.bytes) : Math.round((borrowed * pinned.percent) / 100);
  pageCache.pin(ranges, wanted, seed);
}
