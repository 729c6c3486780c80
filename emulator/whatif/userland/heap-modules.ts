import { inputError } from '../../base/input-error.ts';
import type { HeapDriver } from '../../linux/drivers/dma-buf/heaps/heap-driver.ts';
import { addDefinedModule } from '../../linux/init/initramfs.ts';
import { heapDriverModule } from '../../linux/kernel/module/heap-driver-module.ts';
import type { System } from '../system.ts';

/** A plugged-in heap as a module: `modprobe NAME` runs its driver. */
export interface HeapModule {
  readonly name: string;
  readonly driver: HeapDriver;
}

/** Puts modules of plugged-in heaps into place; a name that is taken is an InputError. */
export function addHeapModules(system: System, modules: readonly HeapModule[]): void {
  const { kernel } = system;
  if (kernel === undefined) return;
  for (const { name, driver } of modules) {
    if (addDefinedModule(kernel, heapDriverModule(driver, name))) continue;
    throw inputError('usage', { problem: `there is a module called "${name}" already` });
  }
}
