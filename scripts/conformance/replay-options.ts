import type { ExpectedDifferences } from './differences.ts';

/** What a replay is asked for, and what it tells back. */
export interface ReplayOptions {
  readonly isWanted: (name: string) => boolean;
  readonly expected: ExpectedDifferences;
  /** Gets `kernel/name` of each record that was replayed. */
  readonly replayed: Set<string>;
}
