import pc from 'picocolors';
import { formatPosition } from '../base/position.ts';
import type { CheckDocument, CheckFinding } from '../whatif/check/check.ts';
import type { Remedy, Severity } from '../whatif/check/rule.ts';
import { shellWord } from '../whatif/explain/lines.ts';

/** Findings for people: the gravest first, each with its place and, where there is one, what would put it right. */
export function checkText(document: CheckDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const tones = { error: colours.red, warning: colours.yellow, note: colours.cyan } as const;
  const open = document.findings.filter(({ suppressed }) => suppressed === undefined);
  const put = document.findings.filter(({ suppressed }) => suppressed !== undefined);
  const unused = document.unusedSuppressions.map((one) => `no finding needs the suppression of ${one}`);
  const lines = [
    ...(document.notBooted === undefined ? [] : [`not booted: ${document.notBooted}`]),
    ...open.flatMap((finding) =>
      findingLines(finding, tones[finding.severity](finding.severity), colours.bold),
    ),
    ...put.map(({ id, subject, suppressed }) => colours.dim(`suppressed ${id} ${subject}: ${suppressed}`)),
    ...unused.map((line) => colours.dim(line)),
    verdictOf(document),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function findingLines(
  { id, message, position, subject, remedy }: CheckFinding,
  severity: string,
  bold: (text: string) => string,
): readonly string[] {
  const where = position === undefined ? subject : formatPosition(position);
  return [
    `${severity} ${bold(id)} ${where}`,
    `  ${message}`,
    ...(remedy === undefined ? [] : [`  remedy: ${remedyText(remedy)}`]),
  ];
}

/** `let … lie at 0x…: --set …`, the options as a shell takes them. */
export function remedyText({ says, options }: Remedy): string {
  return `${says}: ${options.map(([option, value]) => `${option} ${shellWord(value)}`).join(' ')}`;
}

/** `1 error, 2 warnings and no notes on 6.12`. */
export function verdictOf({ findings, release }: CheckDocument): string {
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const count = (severity: Severity) => {
    const found = open.filter((finding) => finding.severity === severity).length;
    return `${found} ${severity}${found === 1 ? '' : 's'}`;
  };
  const aside = findings.length - open.length;
  return `${count('error')}, ${count('warning')}, ${count('note')} on ${release}${aside === 0 ? '' : `; ${aside} suppressed`}`;
}
