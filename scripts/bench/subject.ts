import type { Figure } from './measure.ts';

/** How much a measure may cost: a time, or a multiple of another measure of the same subject. */
export type Limit =
  | { readonly mostMilliseconds: number }
  | { readonly mostTimes: number; readonly measure: string };

/** One thing that is timed. */
export interface Measure {
  readonly name: string;
  readonly run: () => unknown;
  /** What it should not exceed; a measure without one is there to be seen. */
  readonly limit?: Limit;
}

/** A group of measures that share their preparation. */
export interface Subject {
  readonly name: string;
  /** Milliseconds to spend on each measure. */
  readonly timeMs: number;
  /** Prepares and names what is timed; undoes it with `end`. */
  readonly prepare: () => Promise<{ readonly measures: readonly Measure[]; readonly end?: () => void }>;
}

/** Something that times itself. */
export interface Timed {
  readonly name: string;
  readonly figures: () => Promise<readonly Figure[]>;
}

/** Many things of one kind that are timed one by one; what counts is how the times spread. */
export interface Spread {
  readonly name: string;
  /** What the things are, in the plural: `blobs`. */
  readonly things: string;
  readonly rounds: number;
  readonly mostHalfMilliseconds: number;
  readonly most99Milliseconds: number;
  readonly prepare: () => Promise<readonly (() => unknown)[]>;
}
