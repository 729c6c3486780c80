import type { FaultAccount } from '../faults/injector.ts';
import type { AreaUse, HeapUse } from '../workload/outcome.ts';

/** A buffer that a program left to vanish with it. */
export interface ElfLeak {
  readonly pid: number;
  readonly program: string;
  /** The function that made the call, where the program's symbols say it. */
  readonly function: string | null;
  readonly heap: string;
  readonly sizeBytes: number;
}

/** All that came of running a program on the emulated processor. */
export interface ElfOutcome extends FaultAccount {
  readonly command: readonly string[];
  /** `ended`: by itself or a signal; else what stopped it: a limit, or that everybody waits. */
  readonly end: 'ended' | 'instructions' | 'time' | 'stuck';
  /** null where a signal or a limit ended it. */
  readonly exitCode: number | null;
  /** The signal's number, or null. */
  readonly signal: number | null;
  readonly instructions: number;
  /** Virtual time that passed. */
  readonly nanoseconds: bigint;
  readonly areas: readonly AreaUse[];
  readonly heaps: readonly HeapUse[];
  readonly leaks: readonly ElfLeak[];
}
