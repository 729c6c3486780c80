import type { RunOutcome } from '../userland/workload/outcome.ts';
import type { Reliance } from '../whatif/reliance.ts';
import type { BootSummary } from '../whatif/summary.ts';

/** A run as data: the document that `heapboard run --json` prints. docs/workloads.md describes it. */
export interface RunDocument extends RunOutcome {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly bootargs: string;
  /** What the answer rests on that nobody stated or observed. */
  readonly reliance: Reliance;
  /** Heaps that an unpatched kernel of that release would not have, and what it lacks for each. */
  readonly notInMainline: readonly { readonly name: string; readonly needs: string }[];
  /** Nothing failed; leaks do not count. */
  readonly passed: boolean;
}

/** The document of a run on a system that was booted as `summary` says. */
export function runDocument(summary: BootSummary, outcome: RunOutcome): RunDocument {
  const { board, release, config, bootargs, reliance, heaps } = summary;
  return {
    schemaVersion: 1,
    board,
    release,
    config,
    bootargs,
    reliance,
    notInMainline: heaps.flatMap(({ name, needs }) => (needs === undefined ? [] : [{ name, needs }])),
    passed: outcome.failures.length === 0,
    ...outcome,
  };
}
