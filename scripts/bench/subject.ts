import type { Cost } from './figure.ts';

/** One thing that is timed. */
export interface Measure {
  readonly name: string;
  readonly run: () => unknown;
  /** Where a rate tells more than a time: how many of what one run does. */
  readonly rate?: { readonly count: number; readonly unit: string };
  /** A measure of the same subject that this one is shown against: a peer. */
  readonly against?: string;
}

/** A group of measures that share their preparation. */
export interface Subject {
  readonly name: string;
  /** Milliseconds to spend on each measure. */
  readonly timeMs: number;
  /** Prepares and names what is timed; undoes it with `end`. */
  readonly prepare: () => Promise<{ readonly measures: readonly Measure[]; readonly end?: () => void }>;
}

/** Something that takes its figures itself. */
export interface Timed {
  readonly name: string;
  readonly figures: () => Promise<readonly Cost[]>;
}

/** Many things of one kind that are timed one by one; what counts is how the times spread. */
export interface Spread {
  readonly name: string;
  /** What the things are, in the plural: `blobs`. */
  readonly things: string;
  readonly rounds: number;
  readonly prepare: () => Promise<readonly (() => unknown)[]>;
}
