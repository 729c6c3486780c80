/** One thing that the compiler said, and where. Lines and columns count from 1; a missing one is unknown. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** The compiler's name of the check that spoke, e.g. `unit_address_vs_reg`. */
  readonly check?: string;
  readonly message: string;
}

// dtc prints a position as FILE:LINE.COLUMN, FILE:LINE.COLUMN-COLUMN or FILE:LINE.COLUMN-LINE.COLUMN.
const position = String.raw`(?<file>.+?):(?<line>\d+)\.(?<column>\d+)(?:-(?:(?<endLine>\d+)\.)?(?<endColumn>\d+))?`;
const parseError = new RegExp(`^(?<severity>Error|Warning|Lexical error): ${position} (?<message>.*)$`);
const checkMessage = new RegExp(
  `^${position}: (?<severity>ERROR|Warning) \\((?<check>\\w+)\\): (?<message>.*)$`,
);
const checkWithoutPlace = /^[^:]+: (?<severity>ERROR|Warning) \((?<check>\w+)\): (?<message>.*)$/;
const fatal = /^FATAL ERROR: (?<message>.*)$/;

/** What repeats an earlier message, or follows from one. */
const noise = /^ {2}also defined at |: Failed prerequisite '/;

/** Reads what dtc or fdtoverlay wrote to stderr. Summaries that follow a better message are left out. */
export function readDiagnostics(stderr: string): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of stderr.split('\n')) {
    if (line.trim() === '' || noise.test(line)) continue;
    const diagnostic = readDiagnostic(line);
    const summary = diagnostic.file === undefined && diagnostic.check === undefined;
    if (summary && found.some((earlier) => earlier.severity === 'error')) continue;
    found.push(diagnostic);
  }
  return found;
}

function readDiagnostic(line: string): Diagnostic {
  const groups = [parseError, checkMessage, checkWithoutPlace, fatal]
    .map((form) => form.exec(line)?.groups)
    .find((match) => match !== undefined);
  if (groups === undefined) return { severity: 'error', message: line.replace(/^ERROR: /, '') };
  return {
    severity: groups.severity?.toLowerCase() === 'warning' ? 'warning' : 'error',
    ...(groups.file === undefined ? {} : { file: groups.file }),
    ...numbers(groups),
    ...(groups.check === undefined ? {} : { check: groups.check }),
    message: groups.message ?? line,
  };
}

function numbers(groups: Readonly<Record<string, string | undefined>>): Partial<Diagnostic> {
  const names = ['line', 'column', 'endLine', 'endColumn'] as const;
  return Object.fromEntries(
    names.filter((name) => groups[name] !== undefined).map((name) => [name, Number(groups[name])]),
  );
}
