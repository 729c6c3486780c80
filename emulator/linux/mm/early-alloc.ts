import { hex } from '../../base/units.ts';
import type { BootEnvironment } from '../init/kernel.ts';
import { oopsInIdleTask, panic } from '../kernel/panic.ts';
import type { Memblock, SearchWindow } from './memblock.ts';

/**
 * Early allocations that the kernel writes to: memblock_alloc() zeroes what it returns. On some releases a page that
 * a no-map region shares cannot be written, and the boot ends there.
 */
export class EarlyAllocator {
  readonly #boot: BootEnvironment;
  readonly #memblock: Memblock;
  readonly #pageSize: bigint;

  constructor(boot: BootEnvironment, memblock: Memblock) {
    this.#boot = boot;
    this.#memblock = memblock;
    this.#pageSize = BigInt(boot.pageSizeBytes);
  }

  /** memblock_alloc(): the address, or undefined where there is no room. */
  allocate(size: bigint, alignment: bigint, owner: string, window: SearchWindow = {}): bigint | undefined {
    const base = this.#memblock.allocate(size, alignment, { owner }, window);
    if (base !== undefined) this.#checkMapped(base, base + size, owner);
    if (base !== undefined && this.#boot.release.behaviours.pagesSharedWithNoMap === 'fault') {
      this.#checkPages(base, base + size, owner);
    }
    return base;
  }

  /** memblock_alloc() where a failure ends the boot. */
  require(size: bigint, alignment: bigint, owner: string): bigint {
    const base = this.allocate(size, alignment, owner);
    if (base !== undefined) return base;
    const lastWords = `Failed to allocate ${size} bytes for ${owner}`;
    return panic(this.#boot, lastWords, {
      subject: 'memory',
      rule: 'memory/early-allocation',
      why: `no free range holds ${size} bytes for ${owner}`,
      evidence: 'inferred',
    });
  }

  /** Takes single pages from the top of memory, as many small allocations one after the other would. */
  takePages(count: number, owner: string): void {
    let left = BigInt(count);
    const ranges = [
      ...this.#memblock.freeRanges({ start: this.#pageSize, end: this.#memblock.currentLimit }),
    ].reverse();
    for (const range of ranges) {
      if (left === 0n) return;
      const end = range.end - (range.end % this.#pageSize);
      const start = range.base + ((this.#pageSize - (range.base % this.#pageSize)) % this.#pageSize);
      if (end <= start) continue;
      const pages = (end - start) / this.#pageSize;
      const taken = pages < left ? pages : left;
      this.#memblock.reserve(end - taken * this.#pageSize, taken * this.#pageSize, { owner });
      left -= taken;
    }
    if (left > 0n) {
      panic(this.#boot, 'Failed to allocate page table page', {
        subject: 'memory',
        rule: 'memory/page-tables',
        why: `memory does not hold ${count} pages for ${owner}`,
        evidence: 'read',
      });
    }
  }

  /** A no-map region that is given back after the linear map was made is free, but cannot be written to. */
  #checkMapped(base: bigint, end: bigint, owner: string): void {
    const hole = this.#memblock.unmapped.find((range) => range.base < end && base < range.end);
    if (hole === undefined) return;
    oopsInIdleTask(this.#boot, {
      subject: 'memory',
      rule: 'memory/unmapped-handed-back',
      why:
        `${owner} came to lie at ${hex(base)}, in memory of a no-map region that was given back, ` +
        `[${hex(hole.base)}, ${hex(hole.end)}): it is free but not in the linear map; take no-map or reusable away`,
    });
  }

  #checkPages(base: bigint, end: bigint, owner: string): void {
    const first = base - (base % this.#pageSize);
    const last = end + ((this.#pageSize - (end % this.#pageSize)) % this.#pageSize);
    const region = this.#memblock.memory.regions.find(
      (candidate) => candidate.noMap && candidate.base < last && first < candidate.end,
    );
    if (region === undefined) return;
    const [claim] = this.#memblock.claimsIn(region.base, region.end);
    oopsInIdleTask(this.#boot, {
      subject: claim?.owner ?? 'memory',
      rule: 'memory/page-shared-with-no-map',
      why:
        `${owner} came to lie at ${hex(base)}, in a page that the no-map range ` +
        `[${hex(region.base)}, ${hex(region.end)}) shares; make that range a multiple of the page size`,
    });
  }
}
