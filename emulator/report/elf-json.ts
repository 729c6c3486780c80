import type { ElfOutcome } from '../userland/elf/outcome.ts';
import type { BootSummary } from '../whatif/summary.ts';

/** A run on the emulated processor as data: what `heapboard exec --json` prints. docs/exec.md describes it. */
export interface ElfDocument extends Omit<ElfOutcome, 'nanoseconds'> {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly bootargs: string;
  /** What the command passes on: the exit code, 128 and the signal's number, or 124 where a limit ended the run. */
  readonly status: number;
  readonly virtualSeconds: number;
}

/** As timeout(1) has it. */
const limitStatus = 124;

/** The document of a run on a system that was booted as `summary` says. */
export function elfDocument(summary: BootSummary, { nanoseconds, ...outcome }: ElfOutcome): ElfDocument {
  const { board, release, config, bootargs } = summary;
  const { exitCode, signal } = outcome;
  const status = exitCode ?? (signal === null ? limitStatus : 128 + signal);
  const virtualSeconds = Number(nanoseconds) / 1e9;
  return { schemaVersion: 1, board, release, config, bootargs, status, virtualSeconds, ...outcome };
}
