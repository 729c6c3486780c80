import { smaller } from '../../../../base/units.ts';
import type { CmaArea } from '../../../mm/cma.ts';
import type { EarlyAllocator } from '../../../mm/early-alloc.ts';
import type { Memblock } from '../../../mm/memblock.ts';

const blockBytes = 2n << 20n;
const pageBytes = 4096n;
/** Two pages of vectors, and tables for fixed and for temporary mappings. */
const fixedPages = 4;

/**
 * paging_init(): takes the pages for all early page tables. Plays arch/arm/mm/mmu.c and dma_contiguous_remap().
 * Deviations: tables are counted, not made; mappings of devices are left out.
 */
export function takePageTables(
  memblock: Memblock,
  early: EarlyAllocator,
  lowEnd: bigint,
  areas: readonly CmaArea[],
): void {
  let tables = fixedPages;
  for (const { base, end, noMap } of memblock.memory.regions) {
    if (noMap || base >= lowEnd) continue;
    const upTo = smaller(end, lowEnd);
    if (base % blockBytes !== 0n) tables += 1;
    if (upTo % blockBytes !== 0n) tables += 1;
  }
  // Areas are mapped page by page, so that each page's attributes can change.
  for (const { basePfn, pageCount } of areas) {
    const base = BigInt(basePfn) * pageBytes;
    const end = base + BigInt(pageCount) * pageBytes;
    const upTo = smaller(end, lowEnd);
    if (base < upTo) tables += Number((upTo - base + blockBytes - 1n) / blockBytes);
  }
  early.takePages(tables, 'the page tables');
  memblock.allowResize();
}
