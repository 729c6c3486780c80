import { escape as escaped } from 'html-escaper';
import { allCases, bySuite } from './all-cases.ts';
import { countVerdicts, type ReportCase, type ReportFormat } from './report.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write them
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const xml = (text: string): string => escaped(text.replace(impossible, '\ufffd'));
const attribute = (text: string): string => xml(text).replace(/\s*\n\s*/g, '&#10;');

/** The XML that most continuous integration reads; no times, so that the same run gives the same bytes. */
export const junit: ReportFormat = {
  name: 'junit',
  describe: 'JUnit XML',
  write(report) {
    const cases = allCases(report);
    const suites = [...bySuite(cases)].map(([name, own]) => suiteXml(name, own));
    const name = attribute(`heapboard ${report.command}`);
    return [
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      `<testsuites name="${name}" ${counts(cases)} time="0">\n`,
      ...suites,
      '</testsuites>\n',
    ].join('');
  },
};

function counts(cases: readonly ReportCase[]): string {
  const { failed, skipped } = countVerdicts(cases);
  return `tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
}

function suiteXml(name: string, cases: readonly ReportCase[]): string {
  const body = cases.map((one) => caseXml(name, one)).join('');
  return `  <testsuite name="${attribute(name)}" ${counts(cases)} time="0">\n${body}  </testsuite>\n`;
}

function caseXml(suite: string, { name, verdict, message = '', details = [], position }: ReportCase): string {
  const place = position === undefined ? '' : ` file="${attribute(position.file)}" line="${position.line}"`;
  const head = `    <testcase classname="${attribute(suite)}" name="${attribute(name)}"${place} time="0"`;
  if (verdict === 'passed') return `${head}/>\n`;
  const body =
    verdict === 'skipped'
      ? `<skipped message="${attribute(message)}"/>`
      : `<failure message="${attribute(message)}" type="failure">${xml([message, ...details].join('\n'))}</failure>`;
  return `${head}>\n      ${body}\n    </testcase>\n`;
}
