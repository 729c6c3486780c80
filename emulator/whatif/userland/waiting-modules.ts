import { builtAs } from '../../linux/init/initramfs.ts';
import type { Kernel } from '../../linux/init/kernel.ts';

/** Heap drivers that were built as modules and that nobody has loaded, as sentences. */
export function waitingModules(kernel: Kernel): readonly string[] {
  return [...kernel.modules.definitions.values()]
    .filter((one) => builtAs(kernel, one) === 'm' && kernel.modules.get(one.name) === undefined)
    .map(
      ({ name, symbol }) =>
        `${symbol === undefined ? name : `${symbol}=m: ${name}`} is a module that is not loaded; --modules ${name} loads it`,
    );
}
