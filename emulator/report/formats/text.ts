import type { ReportFormat } from './report.ts';

export const text: ReportFormat = {
  name: 'text',
  describe: 'as in a terminal',
  write: (report, { colours }) => report.text(colours),
};
