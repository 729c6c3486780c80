import type { Failure } from '../userland/workload/outcome.ts';
import type { FitAnswer } from '../whatif/fit/fit.ts';
import type { Trial } from '../whatif/fit/trial.ts';

/** A failure as the answer tells it. */
export interface FitFailure {
  readonly process: string;
  readonly step: string;
  readonly problem: string;
  readonly position: Failure['position'];
  readonly why: readonly string[];
}

/** The document that `heapboard fit --json` prints. docs/fit.md describes it. Sizes are bytes. */
export interface FitDocument {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly bootargs: string;
  readonly workloads: readonly string[];
  /** The area's name; null for a default area that the board does not have as it is. */
  readonly area: string | null;
  readonly isDefaultArea: boolean;
  readonly sizedBy: string;
  readonly stepBytes: number;
  readonly found: boolean;
  readonly smallestBytes: number | null;
  readonly powerOfTwoBytes: number | null;
  readonly highWaterBytes: number | null;
  readonly bootBytes: number | null;
  readonly fragmentationLossBytes: number | null;
  readonly leavesBytes: number | null;
  readonly isProven: boolean;
  readonly isMonotonicAround: boolean;
  readonly failingAboveBytes: readonly number[];
  readonly steadyBytes: number | null;
  readonly options: readonly string[];
  readonly below: { readonly sizeBytes: number; readonly why?: string; readonly failure?: FitFailure } | null;
  readonly recommended: {
    readonly sizeBytes: number;
    readonly marginPercent: number;
    readonly passed: boolean;
  } | null;
  readonly places:
    | readonly {
        readonly base: string;
        readonly smallestBytes: number | null;
        readonly why?: string;
        readonly unreachedBy: readonly string[];
      }[]
    | null;
  readonly seeds: {
    readonly count: number;
    readonly worstBytes: number | null;
    readonly typicalBytes: number | null;
    readonly bySeed: readonly { readonly seed: number; readonly smallestBytes: number | null }[];
  } | null;
  /** Sizes that were booted and run for the answer, smallest first. */
  readonly trials: readonly {
    readonly sizeBytes: number;
    readonly passed: boolean;
    readonly why?: string;
    readonly failure?: FitFailure;
  }[];
}

/** An answer as data. */
export function fitDocument(answer: FitAnswer, workloads: readonly string[]): FitDocument {
  const { board, release, config, bootargs } = answer.system.summary();
  const { search, recommendation, places, seeds, below } = answer;
  const { smallest } = search;
  return {
    schemaVersion: 1,
    board,
    release,
    config,
    bootargs,
    workloads,
    area: answer.target.name ?? null,
    isDefaultArea: answer.target.node === undefined,
    sizedBy: answer.sizing.by,
    stepBytes: Number(answer.stepBytes),
    found: smallest !== undefined,
    smallestBytes: number(smallest?.sizeBytes),
    powerOfTwoBytes: number(answer.powerOfTwoBytes),
    highWaterBytes: number(smallest?.peakBytes),
    bootBytes: number(smallest?.bootBytes),
    fragmentationLossBytes: smallest === undefined ? null : Number(smallest.sizeBytes - smallest.peakBytes),
    leavesBytes: number(smallest?.leavesBytes),
    isProven: search.isProven,
    isMonotonicAround: search.failingAbove.length === 0,
    failingAboveBytes: search.failingAbove.map(Number),
    steadyBytes: number(search.steadyBytes),
    options: answer.options.map(([option, value]) => `${option} '${value}'`),
    below: below === undefined ? null : outcomeOf(below),
    recommended:
      recommendation === undefined
        ? null
        : { ...recommendation, sizeBytes: Number(recommendation.sizeBytes) },
    places:
      places?.map(({ baseBytes, smallestBytes, why, unreachedBy }) => ({
        base: `0x${baseBytes.toString(16)}`,
        smallestBytes: number(smallestBytes),
        ...(why === undefined ? {} : { why }),
        unreachedBy,
      })) ?? null,
    seeds:
      seeds === undefined
        ? null
        : {
            count: seeds.count,
            worstBytes: number(seeds.worstBytes),
            typicalBytes: number(seeds.typicalBytes),
            bySeed: seeds.bySeed.map(({ seed, smallestBytes }) => ({
              seed,
              smallestBytes: number(smallestBytes),
            })),
          },
    trials: search.trials.map((trial) => ({ passed: trial.passed, ...outcomeOf(trial) })),
  };
}

function number(value: bigint | undefined): number | null {
  return value === undefined ? null : Number(value);
}

function outcomeOf({ sizeBytes, why, failure }: Trial): {
  readonly sizeBytes: number;
  readonly why?: string;
  readonly failure?: FitFailure;
} {
  return {
    sizeBytes: Number(sizeBytes),
    ...(why === undefined ? {} : { why }),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            process: failure.process,
            step: failure.step,
            problem: failure.problem,
            position: failure.position,
            why: failure.why,
          },
        }),
  };
}
