import type { Kernel } from '../init/kernel.ts';
import { pageGeometry } from './page-geometry.ts';
import { reservePages } from './watermarks.ts';

/** Pages, as far as they are counted; the one source of /proc/meminfo, /proc/vmstat and what Heapboard tells itself. */
export interface MemoryCounters {
  readonly totalPages: number;
  readonly freePages: number;
  /** si_mem_available(): what can be had without swapping. */
  readonly availablePages: number;
  readonly anonymousPages: number;
  readonly cmaTotalPages: number;
  readonly cmaFreePages: number;
}

type Counted = Pick<Kernel, 'pages' | 'cma' | 'tasks' | 'config' | 'release' | 'pageSizeBytes'>;

/** Counts memory as it is now. */
export function memoryCounters(kernel: Counted): MemoryCounters {
  const { pages, cma, tasks, config, release } = kernel;
  return {
    totalPages: pages.totalPages,
    freePages: pages.freePages,
    availablePages: Math.max(0, pages.freePages - reservePages(pages, config, pageGeometry(release, config))),
    anonymousPages: tasks.processes.reduce((sum, task) => sum + task.memory.anonymousPageCount, 0),
    cmaTotalPages: cma.totalPages,
    cmaFreePages: cma.freePages,
  };
}

/** The rows of /proc/meminfo that are known whatever the release shows, in KiB. */
export function memoryKiB(kernel: Counted): Readonly<Record<string, number>> {
  const counters = memoryCounters(kernel);
  const kib = (pageCount: number): number => (pageCount * kernel.pageSizeBytes) / 1024;
  return {
    MemTotal: kib(counters.totalPages),
    MemFree: kib(counters.freePages),
    MemAvailable: kib(counters.availablePages),
    AnonPages: kib(counters.anonymousPages),
    CmaTotal: kib(counters.cmaTotalPages),
    CmaFree: kib(counters.cmaFreePages),
  };
}
