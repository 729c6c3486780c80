import { resolve } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { HeapDriver, HeapDriverFacts } from '../linux/drivers/dma-buf/heaps/heap-driver.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import type { OptionFacts } from './command.ts';

/** `--heap-driver`: modules of heaps that are plugged in. */
export const heapDriverOption = {
  takes: 'values',
  placeholder: 'FILE',
  group: 'The kernel',
  describe: 'a module (.ts, .mjs) whose default export is a heap of your own (docs/devices.md)',
} as const satisfies OptionFacts;

/** The options with the heaps of modules plugged in. What is no heap is an InputError. */
export async function withHeapDrivers(options: BootOptions, files: readonly string[]): Promise<BootOptions> {
  if (files.length === 0) return options;
  const drivers = await Promise.all(files.map(loadDrivers));
  return { ...options, heapDrivers: [...(options.heapDrivers ?? []), ...drivers.flat()] };
}

async function loadDrivers(file: string): Promise<readonly HeapDriver[]> {
  const [{ loadDefault }, { heapDriver }, { GenPool }, { errno }] = await Promise.all([
    import('./program-module.ts'),
    import('../linux/drivers/dma-buf/heaps/heap-driver.ts'),
    import('../linux/lib/genalloc.ts'),
    import('../linux/uapi/errno.ts'),
  ]);
  const given = await loadDefault(resolve(file), 'a heap module');
  const made: unknown = typeof given === 'function' ? given({ heapDriver, GenPool, errno }) : given;
  return [made].flat().map((one: unknown) => {
    if (isDriver(one)) return one;
    if (isFacts(one)) return heapDriver(one);
    const problem = `${file}: has no heap as its default export: { name, allocate }, several in a list, or a function of { heapDriver, GenPool, errno } that gives them`;
    throw inputError('program-broken', { problem });
  });
}

function isDriver(value: unknown): value is HeapDriver {
  return typeof value === 'object' && value !== null && 'register' in value;
}

/** A name that is missing and an allocate that is missing are the kernel's to refuse, not ours. */
function isFacts(value: unknown): value is HeapDriverFacts<unknown> {
  return typeof value === 'object' && value !== null && ('name' in value || 'allocate' in value);
}
