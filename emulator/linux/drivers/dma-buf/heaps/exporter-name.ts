import type { Behaviours } from '../../../releases.ts';

/** What a buffer calls its exporter: the module's name on older releases, the heap's on newer ones. */
export function exporterName(behaviours: Behaviours, heapName: string, moduleName: string): string {
  switch (behaviours.exporterName) {
    case 'helpers-module':
      return 'heap_helpers';
    case 'module':
      return moduleName;
    case 'heap':
      return heapName;
  }
}
