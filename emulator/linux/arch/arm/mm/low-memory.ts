import { alignDown, alignUp, hex, smaller } from '../../../../base/units.ts';
import type { BootEnvironment } from '../../../init/kernel.ts';
import { memparse } from '../../../lib/cmdline.ts';
import type { Memblock } from '../../../mm/memblock.ts';

const mib = 1n << 20n;
/** What one entry of the kernel's second-level table maps: PMD_SIZE, with and without LPAE. */
const blockBytes = 2n * mib;
const vmallocEnd = 0xff80_0000n;
const vmallocGap = 8n * mib;

/** PHYS_OFFSET: where the kernel's linear map begins. The image lies at its beginning. */
export function physicalOffset(boot: BootEnvironment): bigint {
  return alignDown(boot.handoff.kernelImage.baseBytes, blockBytes);
}

/**
 * Which part of memory is always mapped. Plays adjust_lowmem_bounds() and early_param("vmalloc") of arch/arm/mm/mmu.c.
 * Deviations: caches that may alias do not keep high memory from being used.
 */
export class LowMemory {
  /** arm_lowmem_limit. */
  limit = 0n;
  readonly #boot: BootEnvironment;
  readonly #memblock: Memblock;
  #vmallocBytes = 240n * mib;

  constructor(boot: BootEnvironment, memblock: Memblock) {
    this.#boot = boot;
    this.#memblock = memblock;
  }

  /** early_param("vmalloc"). */
  readVmalloc(value: string | undefined): boolean {
    if (value === undefined) return false;
    const { log, config } = this.#boot;
    const largest = vmallocEnd - config.facts.pageOffset - 32n * mib - vmallocGap;
    let size = memparse(value).value;
    if (size < 16n * mib) {
      size = 16n * mib;
      log.warn(`vmalloc area is too small, limiting to ${size / mib}MiB`);
    }
    if (size > largest) {
      size = largest;
      log.warn(`vmalloc area is too big, limiting to ${size / mib}MiB`);
    }
    this.#vmallocBytes = size;
    return true;
  }

  /** adjust_lowmem_bounds(): called before and after the regions are reserved. */
  adjust(): void {
    const { log, config, decisions } = this.#boot;
    const memblock = this.#memblock;
    this.#hideUnalignedStart();
    const reach = this.#reach();
    let limit = 0n;
    let usable = 0n;
    for (const { base, end, noMap } of memblock.memory.regions) {
      if (noMap || base >= reach) continue;
      if (end > limit) limit = smaller(end, reach);
      if (usable !== 0n) continue;
      if (base % blockBytes !== 0n) usable = base;
      else if (end % blockBytes !== 0n) usable = limit;
    }
    this.limit = limit;
    usable = alignDown(usable === 0n ? limit : usable, blockBytes);
    const end = memblock.endOfMemory;
    if (!config.facts.highmem && end > limit) {
      log.log(5, `Ignoring RAM at ${this.#boot.physicalAddress(usable)}-${this.#boot.physicalAddress(end)}`);
      log.log(5, 'Consider using a HIGHMEM enabled kernel.');
      memblock.remove(usable, end - usable);
      decisions.note({
        subject: 'memory',
        rule: 'memory/low-memory',
        outcome: `RAM from ${hex(usable)} on is not used: it cannot all be mapped, and HIGHMEM is not set`,
        evidence: 'inferred',
      });
    }
    memblock.currentLimit = usable;
  }

  /** The first address that the linear map cannot reach. */
  #reach(): bigint {
    const { pageOffset } = this.#boot.config.facts;
    return vmallocEnd - this.#vmallocBytes - vmallocGap - pageOffset + physicalOffset(this.#boot);
  }

  /** The first bank must begin where a block does; what lies before that is not mapped. */
  #hideUnalignedStart(): void {
    const first = this.#memblock.memory.regions.find(({ noMap }) => !noMap);
    if (first === undefined || first.base % blockBytes === 0n) return;
    const size = alignUp(first.base, blockBytes) - first.base;
    this.#memblock.markNoMap(first.base, size, { owner: 'the unaligned start of memory' });
  }
}
