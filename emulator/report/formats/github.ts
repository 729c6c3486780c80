import { formatPosition, type SourcePosition } from '../../base/position.ts';
import { bySuite } from './all-cases.ts';
import {
  countVerdicts,
  type Finding,
  openFindings,
  type Report,
  type ReportFormat,
  type ReportTable,
} from './report.ts';

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function annotation(
  command: string,
  title: string,
  message: string,
  position: SourcePosition | undefined,
): string {
  const place =
    position === undefined
      ? []
      : [
          `file=${property(position.file)}`,
          `line=${position.line}`,
          ...(position.column === undefined ? [] : [`col=${position.column}`]),
        ];
  return `::${command} ${[...place, `title=${property(title)}`].join(',')}::${data(message)}\n`;
}

/** Lines that GitHub's runner turns into annotations of the changed files. */
export const github: ReportFormat = {
  name: 'github',
  describe: "annotations, as lines for the log of GitHub's runner",
  write(report) {
    const failed = report.cases.filter(({ verdict }) => verdict === 'failed');
    return [
      ...failed.map(({ name, message = 'failed', details = [], position }) =>
        annotation('error', name, [message, ...details].join('\n'), position),
      ),
      ...openFindings(report).map((finding) =>
        annotation(commands[finding.severity], finding.id, textOf(finding), finding.position),
      ),
    ].join('');
  },
};

function textOf({ message, remedy }: Finding): string {
  return remedy === undefined ? message : `${message}\nRemedy: ${remedy}`;
}

const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, '<br>')
    .replaceAll('<', '&lt;')
    .replaceAll('&lt;br>', '<br>');

function tableText({ head, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |\n`;
  return `${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}\n`;
}

/** The summary of a step: Markdown with tables, without pictures. */
export const markdown: ReportFormat = {
  name: 'markdown',
  describe: 'Markdown for the summary of a step, for instance at $GITHUB_STEP_SUMMARY',
  write(report) {
    return [
      `## heapboard ${report.command}: ${report.title}\n\n`,
      `${report.passed ? '✅' : '❌'} ${report.verdict}\n\n`,
      report.facts.length === 0 ? '' : tableText({ head: ['', ''], rows: report.facts }),
      casesText(report),
      findingsText(report),
      ...report.sections.map(({ title, note, table }) =>
        table === undefined
          ? ''
          : `### ${title}\n\n${note === undefined ? '' : `${note}\n\n`}${tableText(table)}`,
      ),
    ].join('');
  },
};

function casesText({ cases }: Report): string {
  if (cases.length === 0) return '';
  const rows = [...bySuite(cases)].map(([suite, own]) => {
    const { passed, failed, skipped } = countVerdicts(own);
    return [suite, String(passed), String(failed), String(skipped)];
  });
  const failures = cases
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ name, message = '', details = [] }) => {
      const body = [message, ...details].filter((line) => line !== '').join('\n');
      return `<details open><summary>❌ ${cell(name)}</summary>\n\n${fenced(body)}\n</details>\n\n`;
    });
  return `${tableText({ head: ['', 'passed', 'failed', 'skipped'], rows })}${failures.join('')}`;
}

/** A code block whose fence is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}\n`;
}

function findingsText(report: Report): string {
  const open = openFindings(report);
  if (report.findings.length === 0) return '';
  const rows = open.map(({ severity, id, message, remedy, position }) => [
    severity,
    `\`${id}\``,
    remedy === undefined ? message : `${message}\nRemedy: ${remedy}`,
    position === undefined ? '' : formatPosition(position),
  ]);
  const aside = report.findings.length - open.length;
  return `${tableText({ head: ['', 'rule', 'what', 'where'], rows })}${aside === 0 ? '' : `${aside} put aside.\n\n`}`;
}
