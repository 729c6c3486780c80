import type { Failure, RunOutcome } from '../userland/workload/outcome.ts';
import type { ProgramMain } from '../userland/workload/program-actor.ts';
import { type Job, type RunOptions, runJobs } from '../userland/workload/run.ts';
import { parseWorkload } from '../userland/workload/workload.ts';
import { System } from '../whatif/system.ts';
import { workloadHost } from '../whatif/workload-host.ts';
import { type SmallKernelOptions, smallKernel } from './small-kernel.ts';

/** What a kernel's own DMA pools take of the default area of a small system at boot. */
export const usedAtBootBytes = 96 * 4096;

/** A workload from its text; messages call its file `w.yaml`. */
export function yamlJob(text: string, name = 'w'): Job {
  return { workload: parseWorkload(text, `${name}.yaml`, name) };
}

/** A program called `prog`. */
export function programJob(main: ProgramMain): Job {
  return { program: { name: 'prog', file: 'prog.mjs', main } };
}

/** Runs jobs on a small system: a default area of 32 MiB called linux,cma, unless options say otherwise. */
export function runSmall(
  jobs: readonly Job[],
  options: RunOptions = {},
  kernel: SmallKernelOptions = {},
): Promise<RunOutcome> {
  return runJobs(jobs, workloadHost(new System({ kernel: smallKernel(kernel) }, undefined)), options);
}

/** The one failure of a workload; another number of them is a test's mistake. */
export async function onlyFailure(text: string): Promise<Failure> {
  const { failures } = await runSmall([yamlJob(text)]);
  const [failure] = failures;
  if (failure === undefined || failures.length > 1) throw new Error(`${failures.length} failures, not one`);
  return failure;
}
