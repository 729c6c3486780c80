import { InputError } from '../../base/input-error.ts';
import { hex } from '../../base/units.ts';
import type { RunOutcome } from '../../userland/workload/outcome.ts';
import { type Job, runJobs } from '../../userland/workload/run.ts';
import { roundRobin, shuffled } from '../../userland/workload/schedule.ts';
import { bootTree } from '../boot-tree.ts';
import type { FindJob } from '../scenario/run.ts';
import type { Setup } from '../scenario/settings.ts';
import type { System } from '../system.ts';
import { settleUserland } from '../userland/start.ts';
import { workloadHost } from '../workload-host.ts';
import type { PointLoader } from './point-loader.ts';
import type { PointResult } from './result.ts';
import type { SweepPoint } from './spec.ts';

/** Boots a point and runs its workloads. What the input refuses is a result too; anything else is our bug. */
export async function runPoint(
  point: SweepPoint,
  loader: PointLoader,
  findJob: FindJob,
): Promise<PointResult> {
  try {
    return await tryPoint(point.setup, loader, findJob);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { booted: false, passed: false, refused: error.message };
  }
}

async function tryPoint(setup: Setup, loader: PointLoader, findJob: FindJob): Promise<PointResult> {
  const system = bootTree(await loader.load(setup));
  if (system.panic !== undefined) return { booted: false, passed: false, panic: system.panic };
  if (setup.workloads.length === 0) settleUserland(system, setup.options);
  const outcome = await runWorkloads(setup, system, findJob);
  const failure = outcome?.failures[0];
  return {
    booted: true,
    passed: failure === undefined,
    ...factsOf(system),
    ...(outcome === undefined ? {} : { workloads: verdicts(outcome), peakBytes: peaks(outcome) }),
    ...(failure === undefined ? {} : { failure: `${failure.job}: ${failure.step}: ${failure.problem}` }),
  };
}

function factsOf(system: System): Partial<PointResult> {
  const { cma, dmaHeaps, pages, pageSizeBytes } = system.running;
  const areas = cma.all.filter(({ active }) => active);
  return {
    memTotalBytes: pages.totalPages * pageSizeBytes,
    cmaTotalBytes: areas.reduce((sum, { pageCount }) => sum + pageCount, 0) * pageSizeBytes,
    areas: areas.map(({ name, basePfn, pageCount }) => ({
      name,
      base: hex(BigInt(basePfn) * BigInt(pageSizeBytes)),
      sizeBytes: pageCount * pageSizeBytes,
    })),
    heaps: dmaHeaps.all.map(({ name }) => name),
  };
}

async function runWorkloads(setup: Setup, system: System, findJob: FindJob): Promise<RunOutcome | undefined> {
  if (setup.workloads.length === 0) return undefined;
  const jobs: Job[] = [];
  for (const workload of setup.workloads)
    jobs.push('inline' in workload ? { workload: workload.inline } : await findJob(workload.name));
  const order = setup.schedule === 'random' ? shuffled(setup.options.seed ?? 0) : roundRobin;
  return runJobs(jobs, workloadHost(system), {
    credentials: setup.credentials,
    order,
    ...(setup.parameters === undefined ? {} : { parameters: setup.parameters }),
  });
}

function verdicts({ processes, failures }: RunOutcome): Readonly<Record<string, string>> {
  const jobs = [...new Set(processes.map(({ job }) => job))];
  return Object.fromEntries(
    jobs.map((job) => {
      const first = failures.find((failure) => failure.job === job);
      return [job, first === undefined ? 'passed' : (first.code ?? 'failed')];
    }),
  );
}

function peaks({ areas }: RunOutcome): Readonly<Record<string, number>> {
  return Object.fromEntries(areas.map(({ name, peakBytes }) => [name, peakBytes]));
}
