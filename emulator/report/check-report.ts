import type { CheckDocument, CheckFinding } from '../whatif/check/check.ts';
import { checkText } from './check-text.ts';
import type { Finding, Report } from './formats/report.ts';

/** What a check found as a report; `passed` says whether anything is as grave as the command was told to mind. */
export function checkReport(document: CheckDocument, passed: boolean): Report {
  const { board, release, notBooted, findings } = document;
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  return {
    command: 'check',
    title: board ?? 'devicetree',
    verdict: open.length === 0 ? 'nothing found' : countsOf(open),
    passed,
    facts: [['release', release], ...(notBooted === undefined ? [] : [['not booted', notBooted] as const])],
    cases: [],
    findings: findings.map(findingOf),
    sections: [],
    document,
    text: (colours) => checkText(document, colours),
  };
}

function countsOf(findings: readonly CheckFinding[]): string {
  return (['error', 'warning', 'note'] as const)
    .map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}${count === 1 ? '' : 's'}`)
    .join(', ');
}

function findingOf({ remedy, ...finding }: CheckFinding): Finding {
  if (remedy === undefined) return finding;
  const options = remedy.options
    .map(([option, value]) => ` --${option.replace(/^--/, '')} '${value}'`)
    .join('');
  return { ...finding, remedy: `${remedy.says}${options === '' ? '' : ` (try${options})`}` };
}
