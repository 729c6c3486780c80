/** What came of one point. Everything in it is decided by the point alone. */
export interface PointResult {
  readonly booted: boolean;
  /** Booted, and every workload did what it says. */
  readonly passed: boolean;
  /** The input was refused: the point makes no sense. */
  readonly refused?: string;
  readonly panic?: string;
  readonly memTotalBytes?: number;
  readonly cmaTotalBytes?: number;
  readonly areas?: readonly { readonly name: string; readonly base: string; readonly sizeBytes: number }[];
  readonly heaps?: readonly string[];
  /** What each workload came to: `passed`, or the errno of its first failure. */
  readonly workloads?: Readonly<Record<string, string>>;
  /** The first thing that failed. */
  readonly failure?: string;
  /** The most that was in use of each area over the run. */
  readonly peakBytes?: Readonly<Record<string, number>>;
}

/** A line of a result file. */
export interface PointRecord {
  readonly point: number;
  readonly values: Readonly<Record<string, string | number>>;
  readonly result: PointResult;
}

/** The first line of a result file and of a journal. */
export interface SweepHeader {
  readonly schemaVersion: 1;
  readonly sweep: string;
  /** Of the specification and of all that decides over results: equal for shards of one sweep. */
  readonly spec: string;
  readonly points: number;
}
