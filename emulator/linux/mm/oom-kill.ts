import type { Kernel } from '../init/kernel.ts';
import { forceSignal } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { signals } from '../uapi/signal.ts';

/**
 * When memory has run out. Plays mm/oom_kill.c.
 * Deviation: the victim is always the task that asked; scores are not compared.
 */
export function oomKill(kernel: Kernel, task: Task): void {
  const { log, pageSizeBytes } = kernel;
  log.warn(
    `${task.command} invoked oom-killer: gfp_mask=0x100cc2(GFP_HIGHUSER), order=0, oom_score_adj=${task.oomScoreAdjust}`,
  );
  const mappedBytes = task.memory.areas.reduce((sum, area) => sum + area.end - area.start, 0);
  const anonymousKiB = (task.memory.anonymousPageCount * pageSizeBytes) / 1024;
  log.err(
    `Out of memory: Killed process ${task.pid} (${task.command}) total-vm:${mappedBytes / 1024}kB, anon-rss:${anonymousKiB}kB, file-rss:0kB, shmem-rss:0kB, UID:${task.credentials.uid} pgtables:0kB oom_score_adj:${task.oomScoreAdjust}`,
  );
  forceSignal(task, signals.SIGKILL);
}
