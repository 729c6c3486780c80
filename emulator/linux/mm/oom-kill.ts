import type { Kernel } from '../init/kernel.ts';
import { forceSignal } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { signals } from '../uapi/signal.ts';

/** The flags of an allocation as they are printed. */
interface Gfp {
  readonly mode: number;
  readonly flags: string;
}

/** What a page of a process is asked for with. */
const userPageGfp: Gfp = { mode: 0x140dca, flags: 'GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO' };

/** pagefault_out_of_memory(): a process touched memory, and there is no page for it. */
export function oomOnFault(kernel: Kernel, task: Task): void {
  oomKill(kernel, task, userPageGfp);
}

/**
 * When memory has run out. Plays mm/oom_kill.c, with show_mem() of mm/show_mem.c.
 * Deviations: the victim is always the task that asked; scores are not compared. Of the report on memory there are the
 * lines on zones, cache and CMA; the stack is left out.
 */
export function oomKill(
  kernel: Kernel,
  task: Task,
  { mode, flags }: Gfp = kernel.release.behaviours.systemHeapGfp,
): void {
  const { log } = kernel;
  log.warn(
    `${task.command} invoked oom-killer: gfp_mask=0x${mode.toString(16)}(${flags}), order=0, oom_score_adj=${task.oomScoreAdjust}`,
  );
  showMemory(kernel);
  dumpTasks(kernel);
  log.info(
    `oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)${context(kernel)},task=${task.command},pid=${task.pid},uid=${task.credentials.uid}`,
  );
  const { totalPages, anonymous, shared } = sizesOf(kernel, task);
  const kib = (pages: number) => `${(pages * kernel.pageSizeBytes) / 1024}kB`;
  log.err(
    `Out of memory: Killed process ${task.pid} (${task.command}) total-vm:${kib(totalPages)}, anon-rss:${kib(anonymous)}, file-rss:0kB, shmem-rss:${kib(shared)}, UID:${task.credentials.uid} pgtables:${kib(tablePages)} oom_score_adj:${task.oomScoreAdjust}`,
  );
  forceSignal(task, signals.SIGKILL);
}

/** What a small process has of page tables: one page for each of the levels, and those of its stack. */
const tablePages = 10;

function context({ config }: Kernel): string {
  const cpuset = config.enabled('CPUSETS') ? ',cpuset=/,mems_allowed=0' : '';
  return `${cpuset}${config.enabled('MEMCG') ? ',global_oom,task_memcg=/' : ''}`;
}

function showMemory({ log, pages, cma, pageCache, pageSizeBytes }: Kernel): void {
  const kib = (count: number) => `${(count * pageSizeBytes) / 1024}kB`;
  log.warn('Mem-Info:');
  for (const zone of pages.zones) {
    const low = zone.minPages + Math.max(Math.floor(zone.minPages / 4), Math.floor(zone.managedPages / 1000));
    const high = 2 * low - zone.minPages;
    log.warn(
      `Node 0 ${zone.name} free:${kib(zone.freePages)} min:${kib(zone.minPages)} low:${kib(low)} high:${kib(high)} managed:${kib(zone.managedPages)} free_cma:${kib(zone.freeCmaPages)}`,
    );
  }
  log.warn(`${pageCache.cachePages} total pagecache pages`);
  log.warn(`${pages.totalPages} pages RAM`);
  log.warn(`${cma.totalPages} pages cma reserved`);
}

/** dump_tasks(): sizes in pages. */
function dumpTasks(kernel: Kernel): void {
  const { log, tasks, release, pageSizeBytes } = kernel;
  const byKind = release.behaviours.oomTaskColumns === 'rss-by-kind';
  const columns = byKind ? 'rss rss_anon rss_file rss_shmem' : 'rss';
  log.info('Tasks state (memory values in pages):');
  log.info(`[  pid  ]   uid  tgid total_vm      ${columns} pgtables_bytes swapents oom_score_adj name`);
  for (const task of tasks.all) {
    if (!task.isAlive || task.pid === 1) continue;
    const { totalPages, anonymous, shared } = sizesOf(kernel, task);
    const figures = byKind ? [anonymous + shared, anonymous, 0, shared] : [anonymous + shared];
    const row = [
      `[${String(task.pid).padStart(7)}] ${String(task.credentials.uid).padStart(5)} ${String(task.pid).padStart(5)}`,
      ...[totalPages, ...figures, tablePages * pageSizeBytes, 0].map((figure) => String(figure).padStart(8)),
      `        ${String(task.oomScoreAdjust).padStart(5)} ${task.command}`,
    ];
    log.info(row.join(' '));
  }
}

function sizesOf({ pageSizeBytes }: Kernel, { memory }: Task) {
  const totalPages = memory.areas.reduce((sum, area) => sum + (area.end - area.start) / pageSizeBytes, 0);
  const counts = memory.areas.map((area) => memory.presentPages(area));
  const anonymous = counts.reduce((sum, count) => sum + count.anonymous, 0);
  const shared = counts.reduce((sum, count) => sum + count.present - count.anonymous, 0);
  return { totalPages, anonymous, shared };
}
