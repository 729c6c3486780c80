import { InputError, inputError } from '../../base/input-error.ts';
import type { Failure } from '../../userland/workload/outcome.ts';
import { type Job, type RunOptions, runJobs } from '../../userland/workload/run.ts';
import type { Step } from '../../userland/workload/step.ts';
import { type BootRequest, bootTree } from '../boot-tree.ts';
import type { System } from '../system.ts';
import { workloadHost } from '../workload-host.ts';
import { type Sizing, sized } from './sizing.ts';
import { areaOf, overlapOf, type Target } from './target.ts';

/** What came of one size. */
export interface Trial {
  readonly sizeBytes: bigint;
  /** Whether the kernel booted with an area of that size. */
  readonly placed: boolean;
  /** Whether all workloads passed on it. */
  readonly passed: boolean;
  /** Where the area lies; undefined where there is none. */
  readonly baseBytes: bigint | undefined;
  /** How much of it was in use at once, with what the boot took. */
  readonly peakBytes: bigint;
  /** What the boot took. */
  readonly bootBytes: bigint;
  /** What is left of memory for what cannot move. */
  readonly leavesBytes: bigint;
  readonly failure: Failure | undefined;
  /** Why there is no area of that size. */
  readonly why: string | undefined;
}

/** What is tried: a board, and what must pass on it. */
export interface TrialFacts {
  readonly request: BootRequest;
  readonly target: Target;
  readonly sizing: Sizing;
  readonly jobs: readonly Job[];
  /** Fresh for each run: a turn order has a state. */
  readonly options: () => RunOptions;
}

/** Boots with a size, at a place if one is given, and runs the workloads. */
export async function tryOut(facts: TrialFacts, sizeBytes: bigint, baseBytes?: bigint): Promise<Trial> {
  const system = bootWith(facts, sizeBytes, baseBytes);
  if (typeof system === 'string') return withoutArea(sizeBytes, system);
  const { kernel } = system;
  const area = kernel === undefined ? undefined : areaOf(kernel, facts.target);
  if (kernel === undefined || area === undefined)
    return withoutArea(sizeBytes, whyNone(system, facts.target));
  const page = BigInt(kernel.pageSizeBytes);
  const gotBytes = BigInt(area.pageCount) * page;
  if (gotBytes !== sizeBytes) return withoutArea(sizeBytes, whyNone(system, facts.target));
  const overlap = overlapOf(kernel, area);
  if (overlap !== undefined) return withoutArea(sizeBytes, overlap);
  const bootBytes = BigInt(area.usedPages) * page;
  const outcome = await runJobs(facts.jobs, workloadHost(system), facts.options());
  const use = outcome.areas.find(({ name }) => name === area.name);
  const totalPages = kernel.pages.totalPages - kernel.cma.totalPages;
  return {
    sizeBytes,
    placed: true,
    passed: outcome.failures.length === 0,
    baseBytes: BigInt(area.basePfn) * page,
    peakBytes: BigInt(use?.peakBytes ?? 0),
    bootBytes,
    leavesBytes: BigInt(totalPages) * page,
    failure: outcome.failures[0],
    why: undefined,
  };
}

function bootWith(
  { request, sizing }: TrialFacts,
  sizeBytes: bigint,
  baseBytes: bigint | undefined,
): System | string {
  try {
    return bootTree(sized(request, sizing, sizeBytes, baseBytes));
  } catch (error) {
    if (error instanceof InputError && error.kind === 'edit-refused') return error.message;
    throw error;
  }
}

function withoutArea(sizeBytes: bigint, why: string): Trial {
  return {
    sizeBytes,
    placed: false,
    passed: false,
    baseBytes: undefined,
    peakBytes: 0n,
    bootBytes: 0n,
    leavesBytes: 0n,
    failure: undefined,
    why,
  };
}

/** Why the area that was asked for is not there: the last thing that was decided about it. */
function whyNone({ panic, environment }: System, { node }: Target): string {
  if (panic !== undefined) return `the kernel panics: ${panic}`;
  const { all } = environment.decisions;
  const about = all.filter(({ rule, subject }) =>
    node === undefined ? /^(?:contiguous|reserved-memory|cma)\//.test(rule) : subject === node.path,
  );
  const failed = about.findLast(({ outcome }) => /no |not |goes back|returned|skip|panic/.test(outcome));
  if (failed !== undefined) return `${failed.subject}: ${failed.outcome}`;
  return node === undefined
    ? 'there is no default area of that size'
    : `${node.path} has no area of that size`;
}

/**
 * Whether workloads do the same on every size as long as nothing fails, so that what one run had in use at once is the
 * least that any size must have. Programs may look at errnos, and so may steps that expect a failure; what a device finds
 * no room for in an area comes from other memory.
 */
export function isSizeIndependent(jobs: readonly Job[]): boolean {
  return jobs.every((job) => {
    if (!('workload' in job)) return false;
    const { main, programs } = job.workload;
    return [main, ...programs.values()].every(({ steps }) => steps.every(neverExpectsFailure));
  });
}

function neverExpectsFailure(step: Step): boolean {
  return step.kind === 'action'
    ? step.fails === undefined && step.verb !== 'pressure' && step.verb !== 'device'
    : step.steps.every(neverExpectsFailure);
}

/** Refuses to look for a size where a workload names a heap that no size brings. */
export function refuseUnknownHeap({ failure }: Trial): void {
  if (failure?.isUnknownHeap !== true) return;
  const problem = failure.why[0] ?? failure.problem;
  throw inputError('heap-unknown', { problem }, { position: failure.position });
}
