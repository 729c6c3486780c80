import type { BootEnvironment } from '../../../init/kernel.ts';
import { oopsInIdleTask } from '../../../kernel/panic.ts';
import type { EarlyAllocator } from '../../../mm/early-alloc.ts';
import type { Memblock } from '../../../mm/memblock.ts';
import { estimateLayout, type ImageLayout } from './image-layout.ts';
import { PageTableCount } from './page-table-count.ts';

/** log2 of what the linear map's first address is aligned to, by page shift. */
const memoryStartShift: Readonly<Record<number, number>> = { 12: 30, 14: 30, 16: 34 };

/**
 * paging_init(): takes the pages for all early page tables. Plays arch/arm64/mm/mmu.c.
 * Deviations: tables are counted, not made; the boundaries inside the image are estimated from its size.
 */
export function takePageTables(boot: BootEnvironment, memblock: Memblock, early: EarlyAllocator): void {
  const layout = estimateLayout(boot.handoff.kernelImage);
  const { kernelPageTables } = boot.release.behaviours;
  let pages = linearMapPages(boot, memblock, layout);
  if (kernelPageTables !== 'in-image') pages += imagePages(boot, layout);
  if (kernelPageTables === 'allocated-with-identity-map') pages += identityMapPages(boot, layout);
  early.takePages(pages, 'the page tables');
  memblock.allowResize();
  if (kernelPageTables !== 'in-image') freeInitialTables(boot, memblock, layout);
}

/**
 * The tables that the kernel came up with, at the very end of the image, go back once the final ones stand: one for
 * each level, and as many of the last level as the image needs.
 */
function freeInitialTables(boot: BootEnvironment, memblock: Memblock, layout: ImageLayout): void {
  const { pageShift, virtualAddressBits } = boot.config.facts;
  const perTable = pageShift - 3;
  const usesBlocks = pageShift === 12;
  const levels = Math.ceil((virtualAddressBits - pageShift) / perTable) - (usesBlocks ? 1 : 0);
  const lastLevelShift = BigInt(pageShift + perTable * (usesBlocks ? 2 : 1));
  const lastLevel = Number((layout.end - layout.start - 1n) >> lastLevelShift) + 1;
  const size = BigInt((levels - 1 + lastLevel) * boot.pageSizeBytes);
  memblock.free(layout.end - size, size);
}

/** Whether the linear map is made of single pages: can_set_direct_map(), and a crash kernel to come. */
function granularity(boot: BootEnvironment): 'blocks' | 'pages' {
  const { config, parameters, release } = boot;
  const asked = parameters.value('rodata');
  if (asked === 'full' || parameters.has('debug_pagealloc')) return 'pages';
  const byOption = asked === undefined && config.enabled('RODATA_FULL_DEFAULT_ENABLED');
  if (byOption) return 'pages';
  if (asked === undefined && release.behaviours.linearMapPages === 'always') return 'pages';
  return parameters.has('crashkernel') && config.enabled('KEXEC_CORE') ? 'pages' : 'blocks';
}

/** map_mem(): all memory that is mapped; the image's text is left out and mapped by itself. */
function linearMapPages(boot: BootEnvironment, memblock: Memblock, layout: ImageLayout): number {
  const { imageWhileMapping } = boot.release.behaviours;
  const size = layout.init - layout.start;
  const hidden = imageWhileMapping === 'hidden';
  if (hidden && !memblock.markNoMap(layout.start, size, { owner: 'the kernel image' }))
    imageIsMappedTwice(boot);
  const tables = new PageTableCount(boot.config.facts);
  const shift = BigInt(memoryStartShift[boot.config.facts.pageShift] ?? 30);
  const start = (memblock.startOfMemory >> shift) << shift;
  const how = granularity(boot);
  for (const region of memblock.memory.regions) {
    if (!region.noMap) tables.map(Number(region.base - start), Number(region.end - start), how);
  }
  if (hidden) {
    tables.map(Number(layout.start - start), Number(layout.init - start), 'blocks');
    memblock.clearNoMap(layout.start, size);
  }
  return tables.pages;
}

/** The image keeps its plain mapping where it could not be hidden, and mapping it again is a BUG. */
function imageIsMappedTwice(boot: BootEnvironment): never {
  oopsInIdleTask(boot, {
    subject: 'memory',
    rule: 'memory/range-table-full',
    why:
      "memblock's table of memory ranges is full: each no-map region splits memory once more, " +
      'and without CONFIG_EFI there is room for 128 ranges; merge neighbouring no-map regions',
  });
}

/** map_kernel(): each segment of the image has attributes of its own, so blocks fit only inside a segment. */
function imagePages(boot: BootEnvironment, layout: ImageLayout): number {
  const tables = new PageTableCount(boot.config.facts);
  const edges = [layout.start, layout.rodata, layout.init, layout.data, layout.end];
  for (const [index, end] of edges.slice(1).entries()) {
    tables.map(Number(edges[index] ?? end), Number(end), 'blocks');
  }
  return tables.pages;
}

/** create_idmap(): one page of text and, against Meltdown, one of data. */
function identityMapPages(boot: BootEnvironment, layout: ImageLayout): number {
  const tables = new PageTableCount(boot.config.facts);
  const text = Number(layout.rodata) - boot.pageSizeBytes;
  tables.map(text, text + boot.pageSizeBytes, 'blocks');
  if (boot.config.enabled('UNMAP_KERNEL_AT_EL0')) {
    const flag = Number(layout.data);
    tables.map(flag, flag + 1, 'blocks');
  }
  return tables.pages;
}
