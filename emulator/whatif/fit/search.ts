import { alignUp } from '../../base/units.ts';
import type { Trial } from './trial.ts';

/** What a search needs of a trial. */
export type Tried = Pick<Trial, 'sizeBytes' | 'placed' | 'passed' | 'peakBytes' | 'bootBytes'>;

/** Tries a size; each size is asked for once. */
export type TryAt<One extends Tried> = (sizeBytes: bigint) => Promise<One>;

export interface SearchLimits {
  readonly stepBytes: bigint;
  readonly maximumBytes: bigint;
  /** Whether what one passing run had in use is the least that every passing size must have. */
  readonly isSizeIndependent: boolean;
  /** Whether a failure has nothing to do with the size, so that no other one need be tried. */
  readonly isHopeless?: (sizeBytes: bigint) => boolean;
}

/** What a search found. */
export interface Search<One extends Tried> {
  /** The smallest size that passes; undefined where none does. */
  readonly smallest: One | undefined;
  /** Whether every smaller size was tried, or cannot pass since more was in use at once. */
  readonly isProven: boolean;
  /** Sizes just above that fail though the smallest passes. */
  readonly failingAbove: readonly bigint[];
  /** From here on everything that was tried passes. */
  readonly steadyBytes: bigint | undefined;
  /** All that was tried, smallest first. */
  readonly trials: readonly One[];
}

/** How many sizes above the answer are looked at; after one that fails as many again. */
const neighbours = 4;
/** Most sizes that are tried one by one. */
const mostTrials = 512;

/**
 * The smallest multiple of a step that passes. Passing is not monotonic, since holes depend on where an area ends: so a
 * passing size is found by doubling, then every size from the least that can pass is tried in order.
 */
export async function smallestPassing<One extends Tried>(
  tryAt: TryAt<One>,
  limits: SearchLimits,
): Promise<Search<One>> {
  const known = new Map<bigint, One>();
  const attempt = async (sizeBytes: bigint): Promise<One> => {
    const found = known.get(sizeBytes) ?? (await tryAt(sizeBytes));
    known.set(sizeBytes, found);
    return found;
  };
  const { stepBytes } = limits;
  const passing = await findPassing(attempt, limits);
  const end = passing?.sizeBytes ?? (await largestPlaced(attempt, known, limits));
  if (passing === undefined && limits.isHopeless?.(end) === true) return nothing([...known.values()]);
  const from = passing !== undefined && limits.isSizeIndependent ? leastBytes(passing, stepBytes) : stepBytes;
  const isWhole = (end - from) / stepBytes < BigInt(mostTrials);
  const first = isWhole ? from : end - stepBytes * BigInt(mostTrials - 1);
  let smallest: One | undefined;
  for (let size = first; size <= end && smallest === undefined; size += stepBytes) {
    const trial = await attempt(size);
    if (trial.passed) smallest = trial;
  }
  const above = smallest === undefined ? undefined : await lookAbove(attempt, smallest.sizeBytes, limits);
  if (smallest !== undefined && smallest.sizeBytes > stepBytes) await attempt(smallest.sizeBytes - stepBytes);
  const trials = [...known.values()].sort((a, b) => (a.sizeBytes < b.sizeBytes ? -1 : 1));
  return {
    smallest,
    isProven: isWhole,
    failingAbove: above?.failing ?? [],
    steadyBytes: above?.steady,
    trials,
  };
}

function nothing<One extends Tried>(trials: readonly One[]): Search<One> {
  return { smallest: undefined, isProven: true, failingAbove: [], steadyBytes: undefined, trials };
}

/** What a passing run had in use beside the boot, in whole steps: no size below it can pass. */
function leastBytes({ peakBytes, bootBytes }: Tried, stepBytes: bigint): bigint {
  const least = alignUp(peakBytes - bootBytes, stepBytes);
  return least < stepBytes ? stepBytes : least;
}

async function findPassing<One extends Tried>(
  attempt: TryAt<One>,
  { stepBytes, maximumBytes }: SearchLimits,
): Promise<One | undefined> {
  let below = 0n;
  for (let size = stepBytes; ; size *= 2n) {
    const trial = await attempt(size > maximumBytes ? maximumBytes : size);
    if (trial.passed) return trial;
    if (!trial.placed) return largestBetween(attempt, below, trial.sizeBytes, stepBytes);
    if (size >= maximumBytes) return undefined;
    below = trial.sizeBytes;
  }
}

/** Halves the range between a size that has a place and one that has none; the largest with a place, if it passes. */
async function largestBetween<One extends Tried>(
  attempt: TryAt<One>,
  placed: bigint,
  unplaced: bigint,
  stepBytes: bigint,
): Promise<One | undefined> {
  let [low, high] = [placed / stepBytes, unplaced / stepBytes];
  let best: One | undefined;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    const trial = await attempt(middle * stepBytes);
    if (trial.placed) low = middle;
    else high = middle;
    if (trial.passed && (best === undefined || trial.sizeBytes < best.sizeBytes)) best = trial;
  }
  return best;
}

async function largestPlaced<One extends Tried>(
  attempt: TryAt<One>,
  known: ReadonlyMap<bigint, One>,
  { stepBytes }: SearchLimits,
): Promise<bigint> {
  const placed = [...known.values()].filter((trial) => trial.placed).map(({ sizeBytes }) => sizeBytes);
  const largest = placed.toSorted((a, b) => (a < b ? 1 : -1))[0] ?? stepBytes;
  return (await attempt(largest)).sizeBytes;
}

async function lookAbove<One extends Tried>(
  attempt: TryAt<One>,
  smallest: bigint,
  { stepBytes, maximumBytes }: SearchLimits,
): Promise<{ readonly failing: readonly bigint[]; readonly steady: bigint }> {
  const failing: bigint[] = [];
  let steady = smallest;
  let size = smallest + stepBytes;
  for (let left = neighbours; left > 0 && size <= maximumBytes; left -= 1, size += stepBytes) {
    const trial = await attempt(size);
    if (!trial.placed) break;
    if (trial.passed) continue;
    failing.push(size);
    steady = size + stepBytes;
    if (failing.length < 2 * neighbours) left = neighbours + 1;
  }
  return { failing, steady };
}
