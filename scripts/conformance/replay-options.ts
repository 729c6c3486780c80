import type { ExpectedDifferences } from './differences.ts';

/** What a replay is asked for, and what it tells back. */
export interface ReplayOptions {
  readonly isWanted: (name: string) => boolean;
  readonly expected: ExpectedDifferences;
  /** How the cases of calls are run; over the system-call table where not said. */
  readonly driver?: 'table' | 'compiled' | undefined;
  /** Gets `kernel/name` of each record that was replayed. */
  readonly replayed: Set<string>;
}
