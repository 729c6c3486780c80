import type { Difference } from '../userland/trace/compare.ts';
import type { ReplayOutcome } from '../whatif/replay-trace.ts';
import type { System } from '../whatif/system.ts';

/** The JSON of `replay`. */
export interface ReplayDocument {
  readonly schemaVersion: 1;
  readonly trace: string;
  readonly board: string | null;
  readonly release: string;
  /** How many calls were to be made again. */
  readonly calls: number;
  /** Calls beyond these that only concern the program itself. */
  readonly setAside: number;
  readonly identical: boolean;
  readonly differences: readonly (Difference & { readonly line: number })[];
}

export function replayDocument(system: System, outcome: ReplayOutcome, trace: string): ReplayDocument {
  return {
    schemaVersion: 1,
    trace,
    board: system.board?.name ?? null,
    release: system.environment.release.name,
    calls: outcome.calls,
    setAside: outcome.setAside,
    identical: outcome.differences.length === 0,
    // Lines count from 1, and the first is the header.
    differences: outcome.differences.map((one) => ({ ...one, line: one.index + 2 })),
  };
}

/** The first difference in full, and a line for each of the rest. */
export function replayText(document: ReplayDocument): string {
  const where = `${document.board ?? 'this tree'}, Linux ${document.release}`;
  const [first, ...others] = document.differences;
  const aside =
    document.setAside === 0 ? '' : `; ${document.setAside} that concern only the program itself are not made`;
  if (first === undefined) return `${where}: all ${document.calls} calls got what they got before${aside}\n`;
  const lines = [
    `${where}: ${document.differences.length} of ${document.calls} calls went otherwise${aside}`,
    '',
    `First  ${document.trace}:${first.line}, process ${first.pid}`,
    `  ${first.call}`,
    `  recorded  = ${first.recorded}`,
    `  here      = ${first.seen}`,
    ...(others.length === 0 ? [] : ['', 'Then']),
    ...others.map((one) => `  line ${one.line}  ${one.call} = ${one.seen}, recorded ${one.recorded}`),
  ];
  return `${lines.join('\n')}\n`;
}
