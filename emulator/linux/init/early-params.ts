import { readMemoryLimit } from '../arch/arm64/mm/init.ts';
import type { ContiguousAreas } from '../kernel/dma/contiguous.ts';
import type { BootEnvironment } from './kernel.ts';

/** What the early parameters say to those who are not yet there when they are read. */
export interface EarlyParameters {
  /** `mem=`, in bytes. */
  readonly memoryLimit: bigint | undefined;
}

/** parse_early_param(): the parameters that shape memory, in the order of the command line. */
export function parseEarlyParameters(boot: BootEnvironment, contiguous: ContiguousAreas): EarlyParameters {
  let memoryLimit: bigint | undefined;
  for (const { name, value } of boot.parameters.all) {
    if (name === 'mem') {
      const limit = readMemoryLimit(boot, value);
      if (limit === false) malformed(boot, name);
      else memoryLimit = limit;
    } else if (name === 'cma' && boot.config.facts.dmaCma && !contiguous.readParameter(value)) {
      malformed(boot, name);
    }
  }
  return { memoryLimit };
}

function malformed(boot: BootEnvironment, name: string): void {
  boot.log.warn(`Malformed early option '${name}'`);
}
