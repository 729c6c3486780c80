import type { Kernel } from '../linux/init/kernel.ts';
import type { CmaArea } from '../linux/mm/cma.ts';

/** Pages that somebody had for some moments, as offsets into the area. */
export interface TimelineRun {
  /** Of the buffer; undefined for pages that were taken otherwise. */
  readonly buffer: number | undefined;
  readonly process: string;
  readonly start: number;
  readonly count: number;
  /** The moment from which on, and the first one at which it was free again. */
  readonly from: number;
  readonly to: number | undefined;
}

/** How an area was used: a moment is a buffer that came or went, or a request that was refused. */
export interface AreaTimeline {
  readonly area: string;
  readonly pageCount: number;
  readonly pageSizeBytes: number;
  readonly moments: number;
  readonly runs: readonly TimelineRun[];
  /** Free pages and the longest free run at each moment, from 0 on. */
  readonly free: readonly { readonly pages: number; readonly largest: number }[];
  /** Moments at which requests were refused. */
  readonly failures: readonly { readonly moment: number; readonly pages: number }[];
}

interface OpenRun {
  readonly buffer: number | undefined;
  readonly pid: number | undefined;
  readonly start: number;
  readonly count: number;
  readonly from: number;
  to: number | undefined;
}

/** Follows an area: compares its bitmap with what it was at the moment before. */
class AreaFollower {
  readonly area: CmaArea;
  readonly runs: OpenRun[] = [];
  readonly free: { pages: number; largest: number }[] = [];
  readonly failures: { moment: number; pages: number }[] = [];
  #words: Uint32Array;
  #failed: bigint;

  constructor(area: CmaArea) {
    this.area = area;
    this.#words = area.bitmapWords.slice();
    this.#failed = area.statistics.failedPages;
    for (const { start, count } of usedRuns(this.#words, area.pageCount)) {
      this.runs.push({ buffer: undefined, pid: undefined, start, count, from: 0, to: undefined });
    }
    this.#note();
  }

  look(moment: number, buffer: { readonly id: number; readonly pid: number } | undefined): void {
    const { failedPages } = this.area.statistics;
    if (failedPages > this.#failed) this.failures.push({ moment, pages: Number(failedPages - this.#failed) });
    this.#failed = failedPages;
    const words = this.area.bitmapWords.slice();
    const gone = usedRuns(difference(this.#words, words), this.area.pageCount);
    for (const run of gone) this.#close(run, moment);
    for (const { start, count } of usedRuns(difference(words, this.#words), this.area.pageCount)) {
      this.runs.push({ buffer: buffer?.id, pid: buffer?.pid, start, count, from: moment, to: undefined });
    }
    this.#words = words;
    this.#note();
  }

  #note(): void {
    this.free.push({
      pages: this.area.pageCount - this.area.usedPages,
      largest: this.area.largestFreeRun,
    });
  }

  #close({ start, count }: { readonly start: number; readonly count: number }, moment: number): void {
    for (const run of this.runs) {
      const touches = run.start < start + count && start < run.start + run.count;
      if (touches) run.to ??= moment;
    }
  }
}

/** Bits that are set in the first and not in the second. */
function difference(words: Uint32Array, others: Uint32Array): Uint32Array {
  return words.map((word, index) => word & ~(others[index] ?? 0));
}

function usedRuns(words: Uint32Array, pageCount: number): { start: number; count: number }[] {
  const runs: { start: number; count: number }[] = [];
  for (const [index, word] of words.entries()) {
    if (word === 0) continue;
    for (let bit = 0; bit < 32; bit += 1) {
      const page = index * 32 + bit;
      if (((word >>> bit) & 1) === 0 || page >= pageCount) continue;
      const last = runs.at(-1);
      if (last !== undefined && last.start + last.count === page) last.count += 1;
      else runs.push({ start: page, count: 1 });
    }
  }
  return runs;
}

/** Follows all areas from now on until `finish`, which takes the names of processes by pid. */
export function followAreas(kernel: Kernel): {
  finish(names: ReadonlyMap<number, string>): readonly AreaTimeline[];
} {
  const followers = kernel.cma.all.filter(({ active }) => active).map((area) => new AreaFollower(area));
  let moment = 0;
  const look = (buffer?: { readonly id: number; readonly pid: number }): void => {
    moment += 1;
    for (const follower of followers) follower.look(moment, buffer);
  };
  const stop = kernel.dmaBufs.observe({
    exported: ({ id, creatorPid }) => look({ id, pid: creatorPid }),
    released: () => look(),
  });
  return {
    finish(names) {
      stop();
      look();
      return followers.map(({ area, runs, free, failures }) => ({
        area: area.name,
        pageCount: area.pageCount,
        pageSizeBytes: kernel.pageSizeBytes,
        moments: moment + 1,
        runs: runs.map(({ pid, ...run }) => ({ ...run, process: nameOf(pid, run.from, names) })),
        free,
        failures,
      }));
    },
  };
}

function nameOf(pid: number | undefined, from: number, names: ReadonlyMap<number, string>): string {
  if (pid === undefined) return from === 0 ? 'before' : 'the kernel';
  return names.get(pid) ?? `process ${pid}`;
}
