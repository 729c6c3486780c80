import { addCmaHeaps } from '../../drivers/dma-buf/heaps/cma-heap.ts';
import { createSystemHeap } from '../../drivers/dma-buf/heaps/system-heap.ts';
import type { Behaviours } from '../../releases.ts';
import type { ModuleDefinition } from './definition.ts';

/** The two heaps of mainline as modules: tristate from 7.2 on, and in the proposal of November 2019. */

/** The namespaces that a heap imports: of heaps where they have one, and of buffers where those have one. */
export function heapNamespaces({ heapSymbols, dmaBufNamespace }: Behaviours): readonly string[] {
  return [
    ...(dmaBufNamespace === undefined ? [] : [dmaBufNamespace]),
    ...(heapSymbols === 'namespace' ? ['DMA_BUF_HEAP'] : []),
  ];
}

/** What any heap uses of the framework. */
export function heapFunctions({ heapSymbols }: Behaviours): readonly string[] {
  const framework = ['dma_heap_add', 'dma_heap_get_drvdata'];
  return [...framework, ...(heapSymbols === 'namespace' ? ['dma_heap_get_name'] : []), 'dma_buf_export'];
}

export const systemHeapModule: ModuleDefinition = {
  name: 'system_heap',
  description: 'DMA-BUF System Heap',
  symbol: 'DMABUF_HEAPS_SYSTEM',
  path: 'drivers/dma-buf/heaps/system_heap',
  needs: (behaviours) => [
    ...heapFunctions(behaviours),
    ...(behaviours.memAccounting === 'exported' ? ['mem_accounting'] : []),
  ],
  imports: heapNamespaces,
  exists: () => true,
  isTristate: ({ heapDrivers }) => heapDrivers === 'modules',
  estimate: { textBytes: 5200, constantBytes: 1800, dataBytes: 1400 },
  init: createSystemHeap,
};

export const cmaHeapModule: ModuleDefinition = {
  name: 'cma_heap',
  description: 'DMA-BUF CMA Heap',
  symbol: 'DMABUF_HEAPS_CMA',
  path: 'drivers/dma-buf/heaps/cma_heap',
  needs: (behaviours) => [
    ...heapFunctions(behaviours),
    ...(behaviours.cmaSymbols === 'by-walk'
      ? ['cma_for_each_area']
      : ['dev_get_cma_area', 'dma_contiguous_get_area_by_idx']),
    'cma_alloc',
    'cma_release',
    'cma_get_name',
  ],
  imports: heapNamespaces,
  exists: () => true,
  isTristate: ({ heapDrivers }) => heapDrivers === 'modules',
  estimate: { textBytes: 3800, constantBytes: 1900, dataBytes: 1300 },
  init: (kernel) => addCmaHeaps(kernel, kernel.dmaHeaps),
};
