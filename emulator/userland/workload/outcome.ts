import type { SourcePosition } from '../../base/position.ts';
import { signalName } from '../../linux/uapi/signal.ts';
import type { FaultAccount } from '../faults/injector.ts';
import type { Process } from '../process.ts';
import type { ExpectedAndSeen } from './failure.ts';

/** Something that did not go as a workload says it should. */
export interface Failure {
  readonly process: string;
  /** The workload or program that the process is part of. */
  readonly job: string;
  readonly position: SourcePosition | undefined;
  /** `alloc framebuffer[i] (i = 2)` */
  readonly step: string;
  /** What went wrong, as a sentence. */
  readonly problem: string;
  /** The errno, or the signal, by name. */
  readonly code: string | undefined;
  readonly difference: ExpectedAndSeen | undefined;
  /** The workload names a heap that the board does not have. */
  readonly isUnknownHeap: boolean;
  /** What the state of heaps and areas says about it. */
  readonly why: readonly string[];
}

/** What one process did. */
export interface ProcessOutcome {
  readonly name: string;
  /** The workload or program that it is part of: the name of its first process. */
  readonly job: string;
  readonly file: string;
  readonly pid: number;
  readonly uid: number;
  /** undefined where it never ended. */
  readonly exitCode: number | undefined;
  /** The name of the signal that killed it. */
  readonly signal: string | undefined;
  /** Steps done, by verb. Empty for program modules. */
  readonly steps: Readonly<Record<string, number>>;
  /** Steps that failed as the workload says they should. */
  readonly expectedFailures: number;
  readonly buffers: number;
  readonly allocatedBytes: number;
}

/** How much of an area was used over a run. */
export interface AreaUse {
  readonly name: string;
  readonly sizeBytes: number;
  readonly startBytes: number;
  readonly peakBytes: number;
  readonly endBytes: number;
}

/** How much a heap's live buffers took at most. */
export interface HeapUse {
  readonly name: string;
  readonly peakBytes: number;
}

/** A buffer whose last holder vanished with its process instead of letting it go. */
export interface Leak {
  readonly process: string;
  readonly heap: string;
  readonly sizeBytes: number;
  /** The step, or the line of a program, that made the buffer. */
  readonly position: SourcePosition | undefined;
  readonly step: string | undefined;
}

/** Something that was done wrong though no call failed: bytes that were not synchronised. */
export interface Finding {
  /** `stale-read`, `lost-write`, `unpaired-end`, `unended-start` */
  readonly id: string;
  readonly text: string;
  readonly process: string | undefined;
  readonly position: SourcePosition | undefined;
  readonly step: string | undefined;
}

/** All that came of a run. */
export interface RunOutcome extends FaultAccount {
  readonly processes: readonly ProcessOutcome[];
  readonly areas: readonly AreaUse[];
  readonly heaps: readonly HeapUse[];
  readonly failures: readonly Failure[];
  readonly leaks: readonly Leak[];
  readonly findings: readonly Finding[];
}

/** The name of the signal that a process died of. */
export function killedBy({ exitStatus }: Process): string | undefined {
  return exitStatus?.kind === 'killed' ? signalName(exitStatus.signal) : undefined;
}
