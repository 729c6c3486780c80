import { addTeeHeaps, removeTeeBackend } from '../../drivers/tee/optee.ts';
import type { ModuleDefinition } from './definition.ts';
import { heapFunctions, heapNamespaces } from './heap-modules.ts';

/**
 * The trusted-environment subsystem and OP-TEE's driver, which brings the heaps of protected memory: the first heaps
 * that could come from modules, in 6.18. Before that the two exist without heaps and are not shown.
 */

const subsystem = 'tee_device_register_dma_heap';

export const teeModule: ModuleDefinition = {
  name: 'tee',
  description: 'TEE Driver',
  symbol: 'TEE',
  path: 'drivers/tee/tee',
  needs: heapFunctions,
  imports: heapNamespaces,
  exports: ['tee_device_alloc', 'tee_device_register', subsystem].map((name) => ({
    name,
    namespace: undefined,
  })),
  exists: ({ teeHeaps }) => teeHeaps,
  isTristate: () => true,
  estimate: { textBytes: 26_000, constantBytes: 9000, dataBytes: 3000 },
  init: () => 0,
  exit: () => undefined,
};

export const opteeModule: ModuleDefinition = {
  name: 'optee',
  description: 'OP-TEE driver',
  symbol: 'OPTEE',
  path: 'drivers/tee/optee/optee',
  depends: ['tee'],
  needs: () => ['tee_device_alloc', 'tee_device_register', subsystem],
  imports: () => [],
  exists: ({ teeHeaps }) => teeHeaps,
  isTristate: () => true,
  estimate: { textBytes: 30_000, constantBytes: 10_000, dataBytes: 3500 },
  init: addTeeHeaps,
  exit: removeTeeBackend,
};
