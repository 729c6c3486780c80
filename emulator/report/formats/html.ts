import { escape as escaped } from 'html-escaper';
import { formatPosition } from '../../base/position.ts';
import { bySuite } from './all-cases.ts';
import { pageStyle } from './html-style.ts';
import {
  countVerdicts,
  type Finding,
  type Report,
  type ReportCase,
  type ReportFormat,
  type ReportTable,
} from './report.ts';

/** One file that needs nothing else: readable on a phone, in light and dark, and on paper. */
export const html: ReportFormat = {
  name: 'html',
  describe: 'one page with tables and pictures, without network',
  write(report) {
    const title = `heapboard ${report.command}: ${report.title}`;
    return [
      '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
      '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
      '<meta name="color-scheme" content="light dark">\n',
      '<link rel="icon" href="data:,">\n',
      `<title>${escaped(title)}</title>\n<style>${pageStyle}</style>\n</head>\n<body>\n<main>\n`,
      `<h1>${escaped(title)}</h1>\n`,
      `<p class="verdict ${report.passed ? 'passed' : 'failed'}">${escaped(report.verdict)}</p>\n`,
      factsHtml(report),
      ...report.sections.map(sectionHtml),
      findingsHtml(report.findings),
      casesHtml(report.cases),
      '</main>\n</body>\n</html>\n',
    ].join('');
  },
};

function factsHtml({ facts }: Report): string {
  if (facts.length === 0) return '';
  const rows = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>\n`);
  return `<dl>\n${rows.join('')}</dl>\n`;
}

function sectionHtml({ title, note, table, picture }: Report['sections'][number]): string {
  return [
    `<section>\n<h2>${escaped(title)}</h2>\n`,
    note === undefined ? '' : `<p>${escaped(note)}</p>\n`,
    picture === undefined ? '' : `<figure>${picture}</figure>\n`,
    table === undefined ? '' : tableHtml(table),
    '</section>\n',
  ].join('');
}

function tableHtml({ head, rows }: ReportTable): string {
  const headCells = head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('');
  const bodyRows = rows.map((row) => {
    const cells = row.map(
      (text, index) => `<td data-name="${escaped(head[index] ?? '')}">${escaped(text)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>\n`;
  });
  return `<div class="scroll"><table>\n<thead><tr>${headCells}</tr></thead>\n<tbody>\n${bodyRows.join('')}</tbody>\n</table></div>\n`;
}

function findingsHtml(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const items = findings.map(({ id, severity, message, explanation, remedy, position, suppressed }) =>
    [
      `<li class="${suppressed === undefined ? severity : 'aside'}"><strong>${escaped(severity)}</strong> <code>${escaped(id)}</code> ${escaped(message)}`,
      position === undefined ? '' : `<br><code>${escaped(formatPosition(position))}</code>`,
      explanation === undefined ? '' : `<br>${escaped(explanation)}`,
      remedy === undefined ? '' : `<br><em>Remedy:</em> ${escaped(remedy)}`,
      suppressed === undefined ? '' : `<br><em>Put aside:</em> ${escaped(suppressed)}`,
      '</li>\n',
    ].join(''),
  );
  return `<section>\n<h2>Findings</h2>\n<ul class="findings">\n${items.join('')}</ul>\n</section>\n`;
}

function casesHtml(cases: readonly ReportCase[]): string {
  return [...bySuite(cases)]
    .map(([suite, own]) => {
      const { passed, failed, skipped } = countVerdicts(own);
      const count = `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
      return `<section>\n<h2>${escaped(suite)} <small>${count}</small></h2>\n<ul class="cases">\n${own.map(caseHtml).join('')}</ul>\n</section>\n`;
    })
    .join('');
}

function caseHtml({ name, verdict, message, details = [], position }: ReportCase): string {
  const mark = { passed: '✓', failed: '✗', skipped: '–' }[verdict];
  const head = `<span class="mark">${mark}</span> ${escaped(name)}`;
  const lines = [
    ...(message === undefined ? [] : [message]),
    ...(position === undefined ? [] : [formatPosition(position)]),
    ...details,
  ];
  if (verdict === 'passed' || lines.length === 0) return `<li class="${verdict}">${head}</li>\n`;
  return `<li class="${verdict}"><details open><summary>${head}</summary><pre>${escaped(lines.join('\n'))}</pre></details></li>\n`;
}
