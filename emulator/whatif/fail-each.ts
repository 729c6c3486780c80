import { formatPosition } from '../base/position.ts';
import type { Fault } from '../userland/faults/fault.ts';
import type { FaultInjector } from '../userland/faults/injector.ts';
import type { RunOutcome } from '../userland/workload/outcome.ts';
import { type Job, type RunOptions, runJobs } from '../userland/workload/run.ts';
import { type BootRequest, bootTree } from './boot-tree.ts';
import { workloadHost } from './workload-host.ts';

/** One allocation that failed on purpose, and what came of it. */
export interface AllocationTrial {
  /** Which allocation of the run, from 1. */
  readonly allocation: number;
  readonly process: string;
  readonly heap: string;
  readonly sizeBytes: number;
  /** Every process went on and ended well, and left nothing behind. */
  readonly survived: boolean;
  /** What failed or leaked, in sentences. */
  readonly problems: readonly string[];
}

/**
 * Runs jobs once to see what they allocate, and then once for each allocation, which fails with ENOMEM, each time on a
 * freshly booted system.
 */
export async function failEachAllocation(
  request: BootRequest,
  jobs: readonly Job[],
  settings: RunOptions,
): Promise<readonly AllocationTrial[]> {
  const { allocations } = (await runOnce(request, jobs, settings, [])).injector;
  const trials: AllocationTrial[] = [];
  for (const [index, { heap, process, sizeBytes }] of allocations.entries()) {
    const fault: Fault = {
      kind: 'fail',
      call: 'alloc',
      nth: index + 1,
      times: 1,
      errno: 'ENOMEM',
      heap: undefined,
      process: undefined,
      minBytes: undefined,
    };
    const { outcome } = await runOnce(request, jobs, settings, [fault]);
    const problems = problemsOf(outcome);
    trials.push({
      allocation: index + 1,
      process,
      heap,
      sizeBytes: Number(sizeBytes),
      survived: problems.length === 0,
      problems,
    });
  }
  return trials;
}

async function runOnce(
  request: BootRequest,
  jobs: readonly Job[],
  settings: RunOptions,
  faults: readonly Fault[],
): Promise<{ readonly outcome: RunOutcome; readonly injector: FaultInjector }> {
  const system = bootTree(request);
  const injector = system.injectFaults(faults);
  return { outcome: await runJobs(jobs, workloadHost(system), settings), injector };
}

function problemsOf({ failures, leaks }: RunOutcome): readonly string[] {
  const failed = failures.map(({ process, position, problem }) => {
    const place = position === undefined ? '' : `${formatPosition(position)}: `;
    return `${place}${process}: ${problem}`;
  });
  const leaked = leaks.map(
    ({ process, heap, sizeBytes }) => `${process} leaked ${sizeBytes} bytes of ${heap}`,
  );
  return [...failed, ...leaked];
}
