import { estimateLayout } from '../arch/arm64/mm/image-layout.ts';
import type { BootEnvironment } from '../init/kernel.ts';
import type { CmaTable } from './cma/table.ts';
import type { EarlyAllocator } from './early-alloc.ts';
import type { Memblock } from './memblock.ts';
import { memoryPfnRanges } from './mm-init.ts';
import type { PageAllocator } from './page-alloc.ts';

/** Bytes that the static and dynamic per-CPU data of one processor take. */
const perCpuBytes = 80 * 1024;
const mebibyte = 2 ** 20;
/** Tables of the virtual file system that are made before the page allocator: bytes of memory per 8-byte bucket. */
const earlyTables = [
  { owner: 'the dentry cache hash table', scale: 13 },
  { owner: 'the inode cache hash table', scale: 14 },
] as const;

/**
 * What the kernel takes between its zones and its page allocator: per-CPU data and large hash tables.
 * Plays mm/percpu.c and alloc_large_system_hash() of mm/page_alloc.c.
 * Deviations: tables and per-CPU data of other subsystems are left out; sizes are estimates within some 100 KiB.
 */
export function takeLateEarlyMemory(boot: BootEnvironment, early: EarlyAllocator, kernelPages: number): void {
  const page = BigInt(boot.pageSizeBytes);
  const cpus =
    boot.handoff.tree.node('/cpus')?.children.filter((node) => node.baseName === 'cpu').length ?? 1;
  early.allocate(BigInt(perCpuBytes * Math.max(1, cpus)), page, 'per-CPU data');
  const step = mebibyte / boot.pageSizeBytes;
  const pages = Math.ceil(kernelPages / step) * step;
  for (const { owner, scale } of earlyTables) {
    const buckets = 2 ** Math.ceil(Math.log2((pages * boot.pageSizeBytes) / 2 ** scale));
    early.allocate(BigInt(Math.max(boot.pageSizeBytes, buckets * 8)), 64n, owner);
  }
}

/** nr_kernel_pages, as it stands once the zones are known. */
export function countKernelPages(boot: BootEnvironment, memblock: Memblock): number {
  if (boot.release.behaviours.hashTablesFollow === 'free-memory') {
    return freePfnRanges(boot, memblock).reduce((sum, [from, to]) => sum + to - from, 0);
  }
  const present = presentPages(boot, memblock);
  return present - Math.ceil((present * 64) / boot.pageSizeBytes);
}

/** for_each_free_mem_range(): whole pages that are memory, mapped and not reserved. */
function freePfnRanges(
  boot: BootEnvironment,
  memblock: Memblock,
): readonly (readonly [from: number, to: number])[] {
  const shift = BigInt(boot.config.facts.pageShift);
  const page = 1n << shift;
  return [...memblock.freeRanges()].flatMap(({ base, end }): (readonly [number, number])[] => {
    const from = Number((base + page - 1n) >> shift);
    const to = Number(end >> shift);
    return from < to ? [[from, to]] : [];
  });
}

/** get_num_physpages(): pages that are memory, whether or not they are mapped. */
export function presentPages(boot: BootEnvironment, memblock: Memblock): number {
  return memoryPfnRanges(boot, memblock).reduce((sum, [from, to]) => sum + to - from, 0);
}

/** memblock_free_all(): gives everything that is memory, mapped and not reserved to the page allocator. */
export function freeAllMemory(boot: BootEnvironment, memblock: Memblock, pages: PageAllocator): void {
  for (const [from, to] of freePfnRanges(boot, memblock)) pages.addRange(from, to);
}

/** mem_init_print_info(): the line that begins with `Memory:`. */
export function printMemory(
  boot: BootEnvironment,
  memblock: Memblock,
  pages: PageAllocator,
  cma: CmaTable,
): void {
  const kib = (count: number | bigint): bigint =>
    BigInt.asUintN(64, (BigInt(count) * BigInt(boot.pageSizeBytes)) / 1024n);
  const { start, rodata, init, data, bss, end } = estimateLayout(boot.handoff.kernelImage);
  const size = (from: bigint, to: bigint): string => `${(to - from) / 1024n}K`;
  const physical = presentPages(boot, memblock);
  const reserved = physical - pages.totalPages - cma.totalPages;
  boot.log.info(
    `Memory: ${kib(pages.freePages)}K/${kib(physical)}K available (${size(start, rodata)} kernel code, ` +
      `${size(data, bss)} rwdata, ${size(rodata, init)} rodata, ${size(init, data)} init, ${size(bss, end)} bss, ` +
      `${kib(reserved)}K reserved, ${kib(cma.totalPages)}K cma-reserved${highMemory(boot, pages, kib)})`,
  );
}

/** How much of memory is not always mapped, where the kernel can use such memory. */
function highMemory(boot: BootEnvironment, pages: PageAllocator, kib: (count: number) => bigint): string {
  if (!boot.config.facts.highmem) return '';
  const high = pages.zones.filter(({ name }) => name === 'HighMem');
  return `, ${kib(high.reduce((sum, zone) => sum + zone.managedPages, 0))}K highmem`;
}

/** free_initrd_mem(): the initrd has been unpacked. */
export function freeInitrd(boot: BootEnvironment, pages: PageAllocator): void {
  const { initrd } = boot.handoff;
  if (initrd === undefined || initrd.sizeBytes === 0n || boot.parameters.has('retain_initrd')) return;
  const page = BigInt(boot.pageSizeBytes);
  const from = Number(initrd.baseBytes / page);
  const to = Number((initrd.baseBytes + initrd.sizeBytes + page - 1n) / page);
  pages.addRange(from, to);
  boot.log.info(`Freeing initrd memory: ${((to - from) * boot.pageSizeBytes) / 1024}K`);
}

/** free_initmem(): nothing calls the boot's own code any more. */
export function freeInitMemory(boot: BootEnvironment, pages: PageAllocator): void {
  const { init, data } = estimateLayout(boot.handoff.kernelImage);
  const page = BigInt(boot.pageSizeBytes);
  pages.addRange(Number(init / page), Number(data / page));
  boot.log.info(`Freeing unused kernel memory: ${(data - init) / 1024n}K`);
}
