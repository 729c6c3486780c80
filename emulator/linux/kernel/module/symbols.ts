import type { Behaviours } from '../../releases.ts';

/** A symbol that the kernel offers to modules; all that a heap needs are for GPL modules only. */
export interface ExportedSymbol {
  readonly name: string;
  readonly namespace: string | undefined;
}

const heapFunctions = ['dma_heap_add', 'dma_heap_get_drvdata', 'dma_heap_get_name'];
const bufferFunctions = [
  'dma_buf_export',
  'dma_buf_get',
  'dma_buf_put',
  'dma_buf_fd',
  'dma_buf_attach',
  'dma_buf_detach',
  'dma_buf_map_attachment',
  'dma_buf_unmap_attachment',
];
const areaFunctions = ['cma_alloc', 'cma_release', 'cma_get_name'];
const byWalk = [...areaFunctions, 'cma_for_each_area'];
const byIndex = [...areaFunctions, 'dev_get_cma_area', 'dma_contiguous_get_area_by_idx'];

/**
 * The names whose export is modelled. A module may want others as well (kmalloc and its like): those are taken for
 * exported in every release.
 */
const modelled: ReadonlySet<string> = new Set([
  ...heapFunctions,
  ...bufferFunctions,
  ...byWalk,
  ...byIndex,
  'mem_accounting',
]);

/** What a release exports of the modelled names, by name. */
export function exportedSymbols(behaviours: Behaviours): ReadonlyMap<string, ExportedSymbol> {
  const { heapSymbols, memAccounting, cmaSymbols, dmaBufNamespace } = behaviours;
  const heapNamespace = heapSymbols === 'namespace' ? 'DMA_BUF_HEAP' : undefined;
  const heap = [...heapFunctions, ...(memAccounting === 'exported' ? ['mem_accounting'] : [])];
  const rows = [
    ...(heapSymbols === 'none' ? [] : heap.map((name) => ({ name, namespace: heapNamespace }))),
    ...bufferFunctions.map((name) => ({ name, namespace: dmaBufNamespace })),
    ...areaSymbols(cmaSymbols).map((name) => ({ name, namespace: undefined })),
  ];
  return new Map(rows.map((row) => [row.name, row]));
}

function areaSymbols(cmaSymbols: Behaviours['cmaSymbols']): readonly string[] {
  if (cmaSymbols === 'none') return [];
  return cmaSymbols === 'by-walk' ? byWalk : byIndex;
}

/** Whether the export of a symbol differs between releases. */
export function isModelledSymbol(name: string): boolean {
  return modelled.has(name);
}
