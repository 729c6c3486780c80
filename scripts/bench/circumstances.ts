import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** Where and of what figures were taken: without it they mean nothing. */
export interface Circumstances {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly commit: string;
  /** The average of a minute when the run began, and when it ended: its own work counts in the second. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly began: string;
  readonly seconds: number;
}

/** Notes how things are; the function that it gives notes the rest when the run is over. */
export function observe(): () => Circumstances {
  const start = performance.now();
  const began = new Date().toISOString();
  const loadBefore = load();
  return () => ({
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    node: process.version,
    commit: commit(),
    loadBefore,
    loadAfter: load(),
    began,
    seconds: Math.round((performance.now() - start) / 1000),
  });
}

function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** The commit, with `+` where the working tree differs from it. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--abbrev=10', '--dirty=+'], {
      encoding: 'utf8',
      timeout: 10_000,
      killSignal: 'SIGKILL',
    }).trim();
  } catch {
    return 'unknown';
  }
}
