import type { Kernel } from '../../../init/kernel.ts';

/** Where a zone's largest free block ends: MAX_ORDER of arm64 by page size. */
const largestOrder: Readonly<Record<number, number>> = { 4096: 10, 16384: 11, 65536: 13 };

/** KMALLOC_MAX_SIZE: the largest contiguous allocation. It bounds arrays of page pointers. */
export function kmallocLimitBytes(kernel: Pick<Kernel, 'pageSizeBytes'>): number {
  return kernel.pageSizeBytes * 2 ** (largestOrder[kernel.pageSizeBytes] ?? 10);
}
