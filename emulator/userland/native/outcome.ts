import type { FaultAccount } from '../faults/injector.ts';
import type { AreaUse, HeapUse } from '../workload/outcome.ts';
import type { NativeLeak } from './holdings.ts';

/** A process that allocated buffers. */
export interface NativeProcessUse {
  readonly pid: number;
  readonly program: string;
  readonly buffers: number;
  readonly allocatedBytes: number;
}

/** All that came of a native run. */
export interface NativeOutcome extends FaultAccount {
  readonly backend: 'notify' | 'ptrace';
  readonly command: readonly string[];
  /** null where a signal ended the program. */
  readonly exitCode: number | null;
  /** Its name, or null. */
  readonly signal: string | null;
  /** Trapped calls, by name. */
  readonly calls: Readonly<Record<string, number>>;
  readonly processes: readonly NativeProcessUse[];
  readonly areas: readonly AreaUse[];
  readonly heaps: readonly HeapUse[];
  readonly leaks: readonly NativeLeak[];
  /** Host limits that made the account incomplete, in words. */
  readonly notes: readonly string[];
}
