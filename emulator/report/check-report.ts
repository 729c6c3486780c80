import type { CheckDocument, CheckFinding } from '../whatif/check/check.ts';
import { type Severity, severities } from '../whatif/check/rule.ts';
import { checkText, remedyText, verdictOf } from './check-text.ts';
import type { Finding, Report } from './formats/report.ts';

/** Whether a check found something as grave as that, or graver, which nobody has put aside. */
export function isAsGraveAs({ findings }: CheckDocument, least: Severity): boolean {
  const grave = severities.slice(0, severities.indexOf(least) + 1);
  return findings.some(({ severity, suppressed }) => suppressed === undefined && grave.includes(severity));
}

/** A check as a report: its findings. It did not pass where one is as grave as `failOn`, or an error. */
export function checkReport(document: CheckDocument, title: string, failOn: Severity = 'error'): Report {
  const { release, board, findings } = document;
  return {
    command: 'check',
    title,
    verdict: verdictOf(document),
    passed: !isAsGraveAs(document, failOn),
    facts: [...(board === null ? [] : [['board', board] as const]), ['release', release]],
    cases: [],
    findings: findings.map(findingOf),
    sections: [],
    document,
    text: (colours) => checkText(document, colours),
  };
}

function findingOf({ remedy, ...finding }: CheckFinding): Finding {
  return { ...finding, remedy: remedy === undefined ? undefined : remedyText(remedy) };
}
