import { alignDown, alignUp } from '../../base/units.ts';
import type { Job, RunOptions } from '../../userland/workload/run.ts';
import { roundRobin, shuffled, type TurnOrder } from '../../userland/workload/schedule.ts';
import { type BootRequest, bootTree } from '../boot-tree.ts';
import { dmaMasters } from '../consumers/devices.ts';
import { type Change, optionOf } from '../explain/change.ts';
import type { System } from '../system.ts';
import { candidatePlaces, unreachedBy } from './placement.ts';
import { type Search, smallestPassing } from './search.ts';
import { type Sizing, sizingOf } from './sizing.ts';
import { type Target, targetOf } from './target.ts';
import { isSizeIndependent, refuseUnknownHeap, type Trial, type TrialFacts, tryOut } from './trial.ts';

/** What is asked. */
export interface FitQuestion {
  readonly request: BootRequest;
  /** The name of the area; the default one where it is absent. */
  readonly area?: string | undefined;
  readonly jobs: readonly Job[];
  /** Values of parameters and who the processes are. */
  readonly options: Pick<RunOptions, 'parameters' | 'credentials'>;
  /** Sizes are multiples of it; rounded up to what the kernel takes. */
  readonly stepBytes: bigint;
  readonly maximumBytes?: bigint | undefined;
  readonly marginPercent?: number | undefined;
  /** Whether other places than the kernel's own choice are tried. */
  readonly places: boolean;
  /** How many random interleavings; 0 for the usual turns alone. */
  readonly seeds: number;
}

/** A size beyond the smallest, and whether it really passes. */
export interface Recommendation {
  readonly sizeBytes: bigint;
  readonly marginPercent: number;
  readonly passed: boolean;
}

/** What came of a place. */
export interface PlaceAnswer {
  readonly baseBytes: bigint;
  readonly smallestBytes: bigint | undefined;
  readonly why: string | undefined;
  /** Paths of devices that are to use the area and would not reach all of it there. */
  readonly unreachedBy: readonly string[];
}

/** What random interleavings need. */
export interface SeedsAnswer {
  readonly count: number;
  /** The smallest size with which all of them pass. */
  readonly worstBytes: bigint | undefined;
  /** Half of them need no more. */
  readonly typicalBytes: bigint | undefined;
  readonly bySeed: readonly { readonly seed: number; readonly smallestBytes: bigint | undefined }[];
}

/** The answer, with what it rests on. */
export interface FitAnswer {
  readonly target: Target;
  readonly sizing: Sizing;
  readonly stepBytes: bigint;
  readonly search: Search<Trial>;
  /** The smallest power of two that passes, at or above the answer. */
  readonly powerOfTwoBytes: bigint | undefined;
  /** The trial one step below the answer; undefined where there is none. */
  readonly below: Trial | undefined;
  /** Options of the command line that set the size. */
  readonly options: readonly (readonly [option: string, value: string])[];
  readonly recommendation: Recommendation | undefined;
  readonly places: readonly PlaceAnswer[] | undefined;
  readonly seeds: SeedsAnswer | undefined;
  /** The system as it is without a change. */
  readonly system: System;
}

/**
 * The smallest size of an area with which workloads pass on a board. Every size that counts is booted and run. Throws an
 * InputError for an area that the board does not have, and for a heap that no size brings.
 */
export async function fitArea(question: FitQuestion): Promise<FitAnswer> {
  const { request, jobs, options } = question;
  const system = bootTree(request);
  const target = targetOf(system, question.area);
  const sizing = sizingOf(system, target);
  const stepBytes = alignUp(question.stepBytes, sizing.unitBytes);
  const facts = (order: () => TurnOrder): TrialFacts => ({
    request,
    target,
    sizing,
    jobs,
    options: () => ({ ...options, order: order() }),
  });
  const usual = facts(() => roundRobin);
  const search = await searchWith(question, usual, stepBytes, maximumOf(question, system, stepBytes));
  const { smallest } = search;
  if (smallest === undefined) refuseHopeless(search);
  const places = question.places
    ? await tryPlaces(question, usual, stepBytes, system, smallest?.sizeBytes)
    : undefined;
  const changes: readonly Change[] = smallest === undefined ? [] : sizing.changes(smallest.sizeBytes);
  return {
    target,
    sizing,
    stepBytes,
    search,
    powerOfTwoBytes: smallest && (await powerOfTwo(usual, smallest.sizeBytes)),
    below: smallest && search.trials.find(({ sizeBytes }) => sizeBytes === smallest.sizeBytes - stepBytes),
    options: changes.map(optionOf),
    recommendation: smallest && (await recommend(question, usual, stepBytes, smallest.sizeBytes)),
    places,
    seeds: question.seeds > 0 ? await overSeeds(question, facts, stepBytes, system) : undefined,
    system,
  };
}

function refuseHopeless({ trials }: Search<Trial>): void {
  for (const trial of trials) refuseUnknownHeap(trial);
}

/** As large as memory, unless somebody says less. */
function maximumOf({ maximumBytes }: FitQuestion, system: System, stepBytes: bigint): bigint {
  const { memblock } = system.environment;
  const wanted = maximumBytes ?? memblock.memoryBytes;
  const whole = alignDown(wanted, stepBytes);
  return whole < stepBytes ? stepBytes : whole;
}

async function searchWith(
  { jobs }: FitQuestion,
  facts: TrialFacts,
  stepBytes: bigint,
  maximumBytes: bigint,
  baseBytes?: bigint,
): Promise<Search<Trial>> {
  const independent = isSizeIndependent(jobs);
  const seen = new Map<bigint, Trial>();
  const isHopeless = (sizeBytes: bigint): boolean => {
    const failure = seen.get(sizeBytes)?.failure;
    return independent && failure !== undefined && failure.code !== 'ENOMEM';
  };
  return smallestPassing(
    async (sizeBytes) => {
      const trial = await tryOut(facts, sizeBytes, baseBytes);
      seen.set(sizeBytes, trial);
      return trial;
    },
    { stepBytes, maximumBytes, isSizeIndependent: independent, isHopeless },
  );
}

async function powerOfTwo(facts: TrialFacts, smallest: bigint): Promise<bigint | undefined> {
  let size = 1n;
  while (size < smallest) size *= 2n;
  const trial = await tryOut(facts, size);
  return trial.passed ? size : undefined;
}

async function recommend(
  { marginPercent }: FitQuestion,
  facts: TrialFacts,
  stepBytes: bigint,
  smallest: bigint,
): Promise<Recommendation | undefined> {
  if (marginPercent === undefined) return undefined;
  const wanted = (smallest * BigInt(Math.round(marginPercent * 100) + 10_000) + 9999n) / 10_000n;
  const sizeBytes = alignUp(wanted, stepBytes);
  const { passed } = await tryOut(facts, sizeBytes);
  return { sizeBytes, marginPercent, passed };
}

/** The smallest size at each place; with the kernel's own choice known, sizes above it are not of interest. */
async function tryPlaces(
  question: FitQuestion,
  facts: TrialFacts,
  stepBytes: bigint,
  system: System,
  known: bigint | undefined,
): Promise<readonly PlaceAnswer[]> {
  const wanted = known ?? stepBytes;
  const bases = candidatePlaces(system, facts.target, wanted, facts.sizing.unitBytes);
  const masters = dmaMasters(system.environment.handoff.tree, question.request.profile?.devices);
  const answers: PlaceAnswer[] = [];
  for (const baseBytes of bases) {
    const maximum = known ?? maximumOf(question, system, stepBytes);
    const { smallest, trials } = await searchWith(question, facts, stepBytes, maximum, baseBytes);
    const last = trials.at(-1);
    const why = smallest === undefined ? (last?.why ?? last?.failure?.problem) : undefined;
    const end = baseBytes + (smallest?.sizeBytes ?? 0n);
    const unreached = smallest === undefined ? [] : unreachedBy(masters, facts.target, end);
    answers.push({ baseBytes, smallestBytes: smallest?.sizeBytes, why, unreachedBy: unreached });
  }
  return answers;
}

/** What each of so many random interleavings needs, and what is enough for all of them. */
async function overSeeds(
  question: FitQuestion,
  facts: (order: () => TurnOrder) => TrialFacts,
  stepBytes: bigint,
  system: System,
): Promise<SeedsAnswer> {
  const maximum = maximumOf(question, system, stepBytes);
  const bySeed: { readonly seed: number; readonly smallestBytes: bigint | undefined }[] = [];
  for (let seed = 1; seed <= question.seeds; seed += 1) {
    const { smallest } = await searchWith(
      question,
      facts(() => shuffled(seed)),
      stepBytes,
      maximum,
    );
    bySeed.push({ seed, smallestBytes: smallest?.sizeBytes });
  }
  const found = bySeed.flatMap(({ smallestBytes }) => (smallestBytes === undefined ? [] : [smallestBytes]));
  const sorted = found.toSorted((a, b) => (a < b ? -1 : 1));
  const isComplete = sorted.length === bySeed.length;
  const largest = sorted.at(-1);
  return {
    count: question.seeds,
    typicalBytes: isComplete ? sorted[Math.ceil(sorted.length / 2) - 1] : undefined,
    worstBytes:
      isComplete && largest !== undefined
        ? await enoughForAll(question, facts, stepBytes, largest, maximum)
        : undefined,
    bySeed,
  };
}

/** From what the neediest interleaving takes on, the first size with which all of them pass. */
async function enoughForAll(
  { seeds }: FitQuestion,
  facts: (order: () => TurnOrder) => TrialFacts,
  stepBytes: bigint,
  from: bigint,
  maximum: bigint,
): Promise<bigint | undefined> {
  for (let size = from; size <= maximum; size += stepBytes) {
    let passed = true;
    for (let seed = 1; passed && seed <= seeds; seed += 1) {
      passed = (
        await tryOut(
          facts(() => shuffled(seed)),
          size,
        )
      ).passed;
    }
    if (passed) return size;
  }
  return undefined;
}
