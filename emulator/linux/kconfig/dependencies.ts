/** What a symbol needs; every name in the list must be set. */
const dependencies: Readonly<Record<string, readonly string[]>> = {
  DMA_CMA: ['CMA'],
  CMA_SIZE_MBYTES: ['DMA_CMA'],
  CMA_SIZE_PERCENTAGE: ['DMA_CMA'],
  CMA_SYSFS: ['CMA', 'SYSFS'],
  CMA_DEBUGFS: ['CMA', 'DEBUG_FS'],
  DMABUF_HEAPS_SYSTEM: ['DMABUF_HEAPS'],
  DMABUF_HEAPS_CMA: ['DMABUF_HEAPS', 'DMA_CMA'],
  DMABUF_HEAPS_CMA_LEGACY: ['DMABUF_HEAPS_CMA'],
  DMABUF_HEAPS_SYSTEM_CC_SHARED: ['DMABUF_HEAPS', 'DMABUF_HEAPS_SYSTEM'],
  DMABUF_SYSFS_STATS: ['DMA_SHARED_BUFFER'],
  UDMABUF: ['DMA_SHARED_BUFFER'],
};

/** The first symbol that `symbol` needs and that is not set; undefined where nothing is missing. */
export function missingDependency(symbol: string, symbols: ReadonlyMap<string, string>): string | undefined {
  return dependencies[symbol]?.find((needed) => !symbols.has(needed));
}
