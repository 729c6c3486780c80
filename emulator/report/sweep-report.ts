import type { PointRecord } from '../whatif/sweep/result.ts';
import type { SweepSummary } from '../whatif/sweep/summary.ts';
import type { Report, ReportCase } from './formats/report.ts';
import { pivotTitle, sweepPicture } from './sweep-picture.ts';
import { sweepText } from './sweep-text.ts';

/** More cases than this are no help to a reader, and too many for most that read reports. */
const mostCases = 20_000;

/** A sweep as a report: a case for each point, and the table with its picture. Beyond many points only failures. */
export function sweepReport(summary: SweepSummary, records: Iterable<PointRecord>): Report {
  const { sweep, points, passed, pivot } = summary;
  const cases: ReportCase[] = [];
  const kept: PointRecord[] = [];
  for (const record of records) {
    if (points > mostCases && (record.result.passed || cases.length >= mostCases)) continue;
    kept.push(record);
    cases.push(caseOf(sweep, record));
  }
  return {
    command: 'sweep',
    title: sweep,
    verdict: `${passed} of ${points} points passed`,
    passed: passed === points,
    facts: [
      ['points', String(points)],
      ['failed', String(summary.failed)],
      ['panicked', String(summary.panicked)],
      ['refused', String(summary.refused)],
    ],
    cases,
    findings: [],
    sections: [
      {
        title: pivotTitle(pivot),
        ...(points > mostCases
          ? { note: `of ${points} points only those that did not pass are listed` }
          : {}),
        picture: sweepPicture(sweep, pivot).svg,
      },
      {
        title: 'Why not',
        table: {
          head: ['points', 'reason'],
          rows: summary.reasons.map(({ reason, points: count }) => [String(count), reason]),
        },
      },
    ],
    document: summary,
    records: kept,
    text: (colours) => sweepText(summary, colours),
  };
}

function caseOf(sweep: string, { point, values, result }: PointRecord): ReportCase {
  const name = Object.entries(values)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(' ');
  const why = result.refused ?? result.panic ?? result.failure;
  return {
    suite: sweep,
    name: name === '' ? `point ${point}` : name,
    verdict: result.passed ? 'passed' : 'failed',
    ...(why === undefined ? {} : { message: why }),
  };
}
