import type { Kernel } from '../init/kernel.ts';
import { forceSignal } from '../kernel/signal.ts';
import type { Task } from '../kernel/task.ts';
import { signals } from '../uapi/signal.ts';

/**
 * Memory that is charged to cgroups. Plays mm/memcontrol.c and mm/page_counter.c as far as heaps go: their pages are
 * kernel memory of the allocating task's group. Deviation: of other memory only anonymous pages count, as they are at
 * the moment; they are not charged one by one.
 */
export class MemoryCounter {
  readonly parent: MemoryCounter | undefined;
  /** Pages that heaps charged, here and below. */
  kernelPages = 0;
  peakPages = 0;
  /** memory.max in pages. */
  limitPages = Number.POSITIVE_INFINITY;
  /** dmem.max and dmem.current by region, in pages; the proposal for CMA areas. */
  readonly regions = new Map<string, { limitPages: number; usedPages: number; peakPages: number }>();
  /** memory.events. */
  readonly events = { max: 0, oom: 0, oomKill: 0 };

  constructor(parent: MemoryCounter | undefined) {
    this.parent = parent;
  }

  /** The first group on the way up whose limit does not leave room for so many pages more. */
  limitOn(pageCount: number, othersOf: (counter: MemoryCounter) => number): MemoryCounter | undefined {
    const used = this.kernelPages + (Number.isFinite(this.limitPages) ? othersOf(this) : 0);
    if (used + pageCount > this.limitPages) return this;
    return this.parent?.limitOn(pageCount, othersOf);
  }

  /** page_counter_charge(); a negative number uncharges. */
  add(pageCount: number): void {
    this.kernelPages += pageCount;
    this.peakPages = Math.max(this.peakPages, this.kernelPages);
    this.parent?.add(pageCount);
  }
}

/** What a buffer's pages were charged to; undefined where nothing is accounted. */
export type Charge = { readonly counter: MemoryCounter; pageCount: number } | undefined;

/** Begins to charge for a task; undefined where heaps are not accounted or no group is there to be charged. */
export function beginCharge(kernel: Kernel, task: Task): Charge {
  if (!kernel.dmaHeaps.accountsMemory || !kernel.config.enabled('MEMCG')) return undefined;
  return { counter: kernel.cgroups.of(task).memory, pageCount: 0 };
}

/**
 * Charges up to `wanted` chunks, and says how many had room. What may reclaim does not give way: where there is no room
 * the group's OOM killer takes the task.
 */
export function chargeChunks(
  kernel: Kernel,
  task: Task,
  charge: Charge,
  wanted: number,
  chunkPages: number,
  mayReclaim: boolean,
): number {
  if (charge === undefined) return wanted;
  const { counter } = charge;
  const others = (one: MemoryCounter) => kernel.cgroups.anonymousPages(one, kernel);
  let room = wanted;
  for (let limit = counter.limitOn(room * chunkPages, others); room > 0 && limit !== undefined; ) {
    limit.events.max += 1;
    const left = limit.limitPages - limit.kernelPages - others(limit);
    room = Math.max(0, Math.floor(left / chunkPages));
    if (mayReclaim) {
      killInCgroup(kernel, task, limit);
      break;
    }
    limit = counter.limitOn(room * chunkPages, others);
  }
  counter.add(room * chunkPages);
  charge.pageCount += room * chunkPages;
  return room;
}

/** mem_cgroup_out_of_memory(); as without cgroups the victim is the task that asked. */
function killInCgroup(kernel: Kernel, task: Task, counter: MemoryCounter): void {
  counter.events.oom += 1;
  counter.events.oomKill += 1;
  const path = kernel.cgroups.pathOf(counter);
  kernel.log.info(
    `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${path},task_memcg=${kernel.cgroups.of(task).path},task=${task.command},pid=${task.pid},uid=${task.credentials.uid}`,
  );
  kernel.log.err(`Memory cgroup out of memory: Killed process ${task.pid} (${task.command})`);
  forceSignal(task, signals.SIGKILL);
}

/** Gives back what was charged for pages that were not had after all. */
export function uncharge(charge: Charge, pageCount: number): void {
  if (charge === undefined || pageCount === 0) return;
  charge.counter.add(-pageCount);
  charge.pageCount -= pageCount;
}

/** All of a buffer's pages go. */
export function unchargeAll(charge: Charge): void {
  if (charge !== undefined) uncharge(charge, charge.pageCount);
}
