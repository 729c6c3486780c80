import type { ReportFormat } from './report.ts';

export const jsonl: ReportFormat = {
  name: 'jsonl',
  describe: 'a JSON object a line: a case, a finding, a point',
  write({ records, cases, findings }) {
    const lines = records ?? [
      ...cases.map((one) => ({ kind: 'case', ...one })),
      ...findings.map((one) => ({ kind: 'finding', ...one })),
    ];
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  },
};
