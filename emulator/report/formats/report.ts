import type { SourcePosition } from '../../base/position.ts';

/**
 * What a command found, in the words that all report formats share. A command fills in what it has: `test` and `run`
 * cases, `check` findings, `sweep` cases and sections.
 */
export interface Report {
  /** The command: `test`, `check`, `sweep`. */
  readonly command: string;
  /** What it was about, for headings: `HiKey`, `24 scenarios`. */
  readonly title: string;
  /** One sentence with the result. */
  readonly verdict: string;
  readonly passed: boolean;
  /** What it was done with: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly ReportCase[];
  readonly findings: readonly Finding[];
  /** Tables and pictures for readers. */
  readonly sections: readonly ReportSection[];
  /** The document that `--json` prints. */
  readonly document: object;
  /** The lines of a JSONL file; the cases and findings where it is absent. */
  readonly records?: readonly unknown[] | undefined;
  /** The same for a terminal. */
  readonly text: (colours: boolean) => string;
}

/** One thing that was tried. */
export interface ReportCase {
  /** What it belongs to: a folder of scenarios, a board. */
  readonly suite: string;
  readonly name: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** Why it did not pass, in one line. */
  readonly message?: string | undefined;
  /** All that is known of it, line by line. */
  readonly details?: readonly string[] | undefined;
  readonly position?: SourcePosition | undefined;
}

/** One thing that somebody should know about a tree, a scenario or a run. */
export interface Finding {
  /** Of the rule, with dashes: `cma-misaligned`. */
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'note';
  /** What is the matter, in one sentence. */
  readonly message: string;
  /** What the rule is about, in general. */
  readonly explanation?: string | undefined;
  /** What to do about it. */
  readonly remedy?: string | undefined;
  /** What it is about: a node's path, a heap. */
  readonly subject?: string | undefined;
  readonly position?: SourcePosition | undefined;
  /** Why somebody said that it is no matter. */
  readonly suppressed?: string | undefined;
}

/** A part of a report for readers: a table, a picture, or both. */
export interface ReportSection {
  readonly title: string;
  /** A sentence below the title. */
  readonly note?: string | undefined;
  readonly table?: ReportTable | undefined;
  /** An SVG element as text. */
  readonly picture?: string | undefined;
}

export interface ReportTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A way to write a report down. */
export interface ReportFormat {
  /** As --report names it. */
  readonly name: string;
  readonly describe: string;
  write(report: Report, options: { readonly colours: boolean }): string;
}

/** How many cases of a report ended in each way. */
export function countVerdicts(cases: readonly ReportCase[]): Readonly<Record<ReportCase['verdict'], number>> {
  const count = (verdict: string) => cases.filter((one) => one.verdict === verdict).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

/** Findings that nobody has put aside. */
export function openFindings({ findings }: Report): readonly Finding[] {
  return findings.filter(({ suppressed }) => suppressed === undefined);
}
