import type { HeapDriver } from '../../drivers/dma-buf/heaps/heap-driver.ts';
import type { ModuleDefinition } from './definition.ts';
import { heapFunctions, heapNamespaces } from './heap-modules.ts';

/**
 * A plugged-in heap as a module of its own: it is loaded like any other, and refused with the unknown symbols where the
 * release exports no heap functions. It has no exit, as heaps cannot be taken away.
 */
export function heapDriverModule(driver: HeapDriver, name: string): ModuleDefinition {
  return {
    name: name.replaceAll('-', '_'),
    description: `DMA-BUF heap ${driver.name ?? ''}`.trim(),
    symbol: undefined,
    path: `extra/${name}`,
    needs: heapFunctions,
    imports: heapNamespaces,
    exists: () => true,
    isTristate: () => true,
    estimate: { textBytes: 4000, constantBytes: 1500, dataBytes: 1300 },
    init(kernel) {
      const heap = driver.register(kernel);
      return typeof heap === 'number' ? heap : 0;
    },
  };
}
