import { formatPosition } from '../../base/position.ts';
import type { Finding, Report, ReportCase } from './report.ts';

/** Cases, and findings as cases that failed: for formats that know nothing else. Notes and suppressed ones are skipped. */
export function allCases(report: Report): readonly ReportCase[] {
  return [...report.cases, ...report.findings.map((finding) => caseOf(finding, report))];
}

function caseOf(finding: Finding, { title }: Report): ReportCase {
  const { id, severity, message, explanation, remedy, subject, position, suppressed } = finding;
  const isSkipped = suppressed !== undefined || severity === 'note';
  return {
    suite: title,
    name: subject === undefined ? id : `${id}: ${subject}`,
    verdict: isSkipped ? 'skipped' : 'failed',
    message: suppressed === undefined ? message : `${message} (put aside: ${suppressed})`,
    details: [
      ...(position === undefined ? [] : [formatPosition(position)]),
      ...[explanation, remedy].filter((text) => text !== undefined),
    ],
    position,
  };
}

/** Cases by suite, suites in the order of their first case. */
export function bySuite(cases: readonly ReportCase[]): ReadonlyMap<string, readonly ReportCase[]> {
  const suites = new Map<string, ReportCase[]>();
  for (const one of cases) suites.set(one.suite, [...(suites.get(one.suite) ?? []), one]);
  return suites;
}
