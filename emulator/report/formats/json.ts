import { toJson } from '../json.ts';
import type { ReportFormat } from './report.ts';

export const json: ReportFormat = {
  name: 'json',
  describe: 'the document of --json',
  write: ({ document }) => toJson(document),
};
