import { dirname } from 'node:path';
import type { Job } from '../../userland/workload/run.ts';
import { PointLoader } from '../../whatif/sweep/point-loader.ts';
import type { PointResult } from '../../whatif/sweep/result.ts';
import { runPoint } from '../../whatif/sweep/run-point.ts';
import { pointAt } from '../../whatif/sweep/spec.ts';
import { loadJob } from '../jobs.ts';
import { type LoadedSweep, loadSweep } from './load-spec.ts';

/** What a worker needs to know of a sweep. */
export interface SweepSource {
  readonly text: string;
  readonly file: string;
  readonly most: number;
}

/** Some points of a sweep, for a worker. */
export interface SweepErrand {
  readonly sweep: SweepSource;
  readonly indices: readonly number[];
}

/** Runs points of one sweep: the work of a worker, or of the command itself where it runs without workers. */
export class PointRunner {
  readonly #sweep: LoadedSweep;
  readonly #loader = new PointLoader();
  readonly #jobs = new Map<string, Promise<Job>>();

  constructor(sweep: LoadedSweep) {
    this.#sweep = sweep;
  }

  async run(indices: readonly number[]): Promise<readonly PointResult[]> {
    const results: PointResult[] = [];
    for (const index of indices) results.push(await this.#point(index));
    return results;
  }

  async #point(index: number): Promise<PointResult> {
    const point = pointAt(this.#sweep.spec, index);
    try {
      return await runPoint(point, this.#loader, (name) => this.#job(name));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Error(`point ${index} ${JSON.stringify(point.values)}: ${what}`, { cause: error });
    }
  }

  #job(name: string): Promise<Job> {
    const known = this.#jobs.get(name) ?? loadJob(name, dirname(this.#sweep.spec.file));
    this.#jobs.set(name, known);
    return known;
  }
}

let runner: { readonly text: string; readonly runner: PointRunner } | undefined;

/** The task of a worker; what it keeps from one errand to the next belongs to one specification. */
export default function runPoints({ sweep, indices }: SweepErrand): Promise<readonly PointResult[]> {
  const { text, file, most } = sweep;
  if (runner?.text !== text) runner = { text, runner: new PointRunner(loadSweep(text, file, most)) };
  return runner.runner.run(indices);
}
