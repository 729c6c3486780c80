import type { History } from './history.ts';

/** What modules find exported, and what the configurations make of the heaps. */
export interface ModuleBehaviours {
  /** The namespace of dma_buf_export() and its kin; undefined where they have none. */
  readonly dmaBufNamespace: 'DMA_BUF' | undefined;
  /** What the contiguous allocator offers to modules. */
  readonly cmaSymbols: 'none' | 'by-walk' | 'by-index';
  /** What the arm64 defconfig says of heaps. */
  readonly defconfigHeaps: 'none' | 'modules';
}

export const moduleHistory: History<ModuleBehaviours> = {
  dmaBufNamespace: [
    {
      since: 'rfc-2019',
      value: undefined,
      evidence: 'read',
      says: 'exports the dma-buf functions without a namespace',
    },
    {
      since: '5.16',
      value: 'DMA_BUF',
      evidence: 'read',
      says: 'exports the dma-buf functions in the namespace DMA_BUF',
    },
  ],
  cmaSymbols: [
    {
      since: 'rfc-2019',
      value: 'none',
      evidence: 'read',
      says: 'exports nothing of the contiguous allocator that a heap could use',
    },
    {
      since: 'rfc-2019-modules',
      value: 'by-walk',
      evidence: 'inferred',
      says: 'exports cma_alloc() and its kin, and a walk over all areas, for the CMA heap as a module',
    },
    {
      since: '5.6',
      value: 'none',
      evidence: 'read',
      says: 'exports nothing of the contiguous allocator that a heap could use',
    },
    {
      since: '7.1',
      value: 'by-index',
      evidence: 'read',
      says: 'exports cma_alloc() and its kin, and the areas by their index, for the CMA heap as a module',
    },
  ],
  defconfigHeaps: [
    { since: 'rfc-2019', value: 'none', evidence: 'read', says: 'has no heaps in the arm64 defconfig' },
    {
      since: '7.2',
      value: 'modules',
      evidence: 'read',
      says: 'has both heaps as modules in the arm64 defconfig',
    },
  ],
};
