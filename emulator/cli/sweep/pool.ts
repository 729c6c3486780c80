import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { packagePath } from '../../machine/package-path.ts';
import type { PointResult } from '../../whatif/sweep/result.ts';
import type { LoadedSweep } from './load-spec.ts';
import { PointRunner, type SweepSource } from './worker.ts';

/** Runs points, several at a time. */
export interface PointPool {
  /** How many tasks are worth being under way at once. */
  readonly width: number;
  run(indices: readonly number[]): Promise<readonly PointResult[]>;
  close(): Promise<void>;
}

/** Limits on a worker's heap: boots are short-lived garbage, and a small young generation collects it cheaply. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** A pool over `jobs` threads, as many as there are processors where nothing is said; with 1 there is no thread. */
export async function openPool(sweep: LoadedSweep, most: number, jobs?: number): Promise<PointPool> {
  const width = jobs ?? availableParallelism();
  if (width <= 1) {
    const runner = new PointRunner(sweep);
    return { width: 1, run: (indices) => runner.run(indices), close: async () => undefined };
  }
  const { default: Tinypool } = await import('tinypool');
  const source: SweepSource = { text: sweep.text, file: sweep.spec.file, most };
  const isSource = import.meta.url.endsWith('.ts');
  const pool = new Tinypool({
    filename: isSource
      ? fileURLToPath(new URL('./worker.ts', import.meta.url))
      : packagePath('dist/cli/sweep/worker.js'),
    // Threads do not learn TypeScript from what taught it to their process.
    runtime: isSource ? 'child_process' : 'worker_threads',
    minThreads: width,
    maxThreads: width,
    resourceLimits,
  });
  return {
    width,
    run: (indices) => pool.run({ sweep: source, indices }),
    close: () => pool.destroy(),
  };
}
