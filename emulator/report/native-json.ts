import { signals } from '../linux/uapi/signal.ts';
import type { NativeOutcome } from '../userland/native/outcome.ts';
import type { BootSummary } from '../whatif/summary.ts';

/** A native run as data: the document that `heapboard exec --native --json` prints. docs/native.md describes it. */
export interface NativeDocument extends NativeOutcome {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly bootargs: string;
  /** What the command passes on: the exit code, or 128 and the signal's number. */
  readonly status: number;
}

/** The document of a native run on a system that was booted as `summary` says. */
export function nativeDocument(summary: BootSummary, outcome: NativeOutcome): NativeDocument {
  const { board, release, config, bootargs } = summary;
  return { schemaVersion: 1, board, release, config, bootargs, status: statusOf(outcome), ...outcome };
}

function statusOf({ exitCode, signal }: NativeOutcome): number {
  if (exitCode !== null) return exitCode;
  const known = Object.entries(signals).find(([name]) => name === signal);
  return 128 + (known?.[1] ?? Number(signal?.replace('SIGRT', '') ?? 0));
}
