import { stringify } from 'yaml';
import { allCases } from './all-cases.ts';
import type { ReportCase, ReportFormat } from './report.ts';

/** A description on one line, without what TAP would read as a directive. */
function description({ suite, name }: ReportCase): string {
  return `${suite}: ${name}`.replaceAll(/\s+/g, ' ').replaceAll(/[#\\]/g, '\\$&');
}

/** Version 14, with a YAML block under each case that failed. */
export const tap: ReportFormat = {
  name: 'tap',
  describe: 'TAP version 14',
  write(report) {
    const cases = allCases(report);
    const lines = cases.map((one, index) => {
      const result = one.verdict === 'failed' ? 'not ok' : 'ok';
      const skip = one.verdict === 'skipped' ? ` # SKIP ${oneLine(one.message ?? '')}` : '';
      return `${result} ${index + 1} - ${description(one)}${skip}\n${diagnostics(one)}`;
    });
    return `TAP version 14\n1..${cases.length}\n${lines.join('')}`;
  },
};

function diagnostics({ verdict, message, details = [], position }: ReportCase): string {
  if (verdict !== 'failed') return '';
  const facts = {
    message: message ?? '',
    ...(position === undefined ? {} : { at: { file: position.file, line: position.line } }),
    ...(details.length === 0 ? {} : { details }),
  };
  const block = stringify(facts, { lineWidth: 0 }).trimEnd().split('\n');
  return ['---', ...block, '...'].map((line) => `  ${line}\n`).join('');
}

/** The kernel's own dialect: version 1, diagnostics before the result. */
export const ktap: ReportFormat = {
  name: 'ktap',
  describe: 'KTAP version 1, as kernel selftests print it',
  write(report) {
    const cases = allCases(report);
    const lines = cases.map((one, index) => {
      const result = one.verdict === 'failed' ? 'not ok' : 'ok';
      const skip = one.verdict === 'skipped' ? ` # SKIP ${oneLine(one.message ?? '')}` : '';
      const notes = one.verdict === 'failed' ? [one.message ?? '', ...(one.details ?? [])] : [];
      const before = notes.flatMap((note) => note.split('\n')).map((note) => `# ${note}\n`);
      return `${before.join('')}${result} ${index + 1} ${description(one)}${skip}\n`;
    });
    return `KTAP version 1\n1..${cases.length}\n${lines.join('')}`;
  },
};

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
