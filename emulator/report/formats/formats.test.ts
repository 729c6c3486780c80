import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { registerReportFormat, reportFormatNamed, reportFormats } from './index.ts';
import type { Report } from './report.ts';

const awkward = 'a "quoted" <tag> & 50 % of C:\\x, 1:2\nsecond line # not a comment ``` \u001b[31m ü';

const report: Report = {
  command: 'check',
  title: awkward,
  verdict: '1 passed, 1 failed, 1 skipped',
  passed: false,
  facts: [['board', awkward]],
  cases: [
    { suite: 'boards', name: 'passes', verdict: 'passed' },
    {
      suite: 'boards',
      name: awkward,
      verdict: 'failed',
      message: awkward,
      details: [awkward, '---', '...'],
      position: { file: 'dts/my board.dts', line: 7, column: 3 },
    },
    { suite: 'others', name: 'waits', verdict: 'skipped', message: awkward },
  ],
  findings: [
    {
      id: 'cma-misaligned',
      severity: 'warning',
      message: awkward,
      explanation: 'The size of an area is a multiple of a pageblock. Others are refused.',
      remedy: 'Take 64 MiB.',
      subject: '/reserved-memory/linux,cma',
      position: { file: '/home/me/board.dts', line: 3, column: 5, endColumn: 9 },
    },
    { id: 'cma-misaligned', severity: 'error', message: 'again', suppressed: 'known' },
    { id: 'ram-empty', severity: 'note', message: 'without a place' },
  ],
  sections: [
    { title: awkward, note: awkward, table: { head: ['name', awkward], rows: [['one', awkward]] } },
    { title: 'Picture', picture: '<svg xmlns="http://www.w3.org/2000/svg"></svg>' },
  ],
  document: { schemaVersion: 1, title: awkward },
  text: (colours) => (colours ? 'coloured\n' : 'plain\n'),
};
const nothing: Report = { ...report, passed: true, cases: [], findings: [], sections: [], facts: [] };

const written = (name: string, subject = report) =>
  reportFormatNamed(name).write(subject, { colours: false });

describe('report formats', () => {
  it('are registered once each', () => {
    expect([...reportFormats.keys()]).toEqual(
      'text json jsonl junit tap ktap sarif github markdown html'.split(' '),
    );
    const first = reportFormatNamed('text');
    expect(() => registerReportFormat(first)).toThrow('registered twice');
    expect(() => reportFormatNamed('pdf')).toThrow(/--report pdf: expected one of text, json/);
  });

  it('give the same bytes each time, also for nothing', () => {
    for (const name of reportFormats.keys()) {
      expect(written(name)).toBe(written(name));
      expect(typeof written(name, nothing)).toBe('string');
    }
  });
});

describe('SARIF', () => {
  const require = createRequire(import.meta.url);
  const schemaFile = require
    .resolve('@microsoft/jest-sarif/package.json')
    .replace('package.json', 'lib/schemas/sarif-2.1.0-rtm.5.json');
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
  const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);

  it.each([
    ['findings and cases', report],
    ['nothing', nothing],
  ] as const)('of %s is valid', (_name, subject) => {
    const log = JSON.parse(written('sarif', subject));
    expect(validate(log), ajv.errorsText(validate.errors)).toBe(true);
  });

  it("would be refused without its results' messages", () => {
    const log = JSON.parse(written('sarif'));
    log.runs[0].results[0].message = {};
    expect(validate(log)).toBe(false);
  });

  it('has a rule for each id, levels, places and what was put aside', () => {
    const [run] = JSON.parse(written('sarif')).runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'cma-misaligned',
      'ram-empty',
      'check-failed',
    ]);
    const [first, second, third, failed] = run.results;
    expect(first).toMatchObject({ ruleIndex: 0, level: 'warning' });
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'file:///home/me/board.dts' },
      region: { startLine: 3, startColumn: 5, endColumn: 9 },
    });
    expect(second.suppressions).toMatchObject([{ justification: 'known' }]);
    expect(third.level).toBe('note');
    expect(failed.locations[0].physicalLocation.artifactLocation.uri).toBe('dts/my%20board.dts');
  });
});

describe('JUnit', () => {
  const xsd = readFileSync(new URL('./junit.test.xsd', import.meta.url), 'utf8');

  it.each([
    ['findings and cases', report],
    ['nothing', nothing],
  ] as const)('of %s is valid', async (_name, subject) => {
    const result = await validateXML({
      xml: [{ fileName: 'report.xml', contents: written('junit', subject) }],
      schema: [{ fileName: 'junit.xsd', contents: xsd }],
    });
    expect(result.errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('counts cases, and findings as cases', () => {
    expect(written('junit')).toMatch(
      /<testsuites name="heapboard check" tests="6" failures="2" errors="0" skipped="3"/,
    );
  });
});

describe('TAP', () => {
  it('is read by a parser as it was meant', () => {
    const parsed = Parser.parse(written('tap'));
    const asserts = parsed.flatMap((event) => (event[0] === 'assert' ? [event[1]] : []));
    expect(asserts.map(({ ok, skip }) => ({ ok, skipped: skip !== false }))).toEqual([
      { ok: true, skipped: false },
      { ok: false, skipped: false },
      { ok: true, skipped: true },
      { ok: false, skipped: false },
      { ok: true, skipped: true },
      { ok: true, skipped: true },
    ]);
    expect(asserts[1]?.diag).toMatchObject({ message: awkward, at: { line: 7 } });
    expect(parsed.filter(([kind]) => kind === 'extra')).toEqual([]);
  });

  it("in the kernel's dialect has its diagnostics as comments", () => {
    const lines = written('ktap').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['KTAP version 1', '1..6']);
    expect(lines.slice(2).every((line) => /^(# |(not )?ok \d+ )/.test(line))).toBe(true);
    expect(lines.filter((line) => line.startsWith('not ok'))).toHaveLength(2);
  });
});

describe('GitHub', () => {
  it('gets one annotation a line, without what was put aside', () => {
    const lines = written('github').trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['::error', '::warning', '::notice']);
    expect(lines[1]).toMatch(
      /^::warning file=\/home\/me\/board\.dts,line=3,col=5,title=cma-misaligned::.*50 %25.*%0A/,
    );
  });

  it('gets a summary whose tables and blocks hold', () => {
    const text = written('markdown');
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    for (const row of rows) expect(row).toMatch(/ \|$/);
    expect(text).toContain('````text\n');
    expect(text).toContain('1 put aside.');
  });
});

describe('HTML', () => {
  it('needs nothing from elsewhere and holds no foreign markup', () => {
    const text = written('html');
    expect(text).not.toMatch(/<tag>|<script|src=|@import|url\((?!data:)/);
    expect(text.match(/https?:\/\/[^"]*/g) ?? []).toEqual(['http://www.w3.org/2000/svg']);
    expect(text).toContain('<svg xmlns');
    expect(text).toContain('prefers-color-scheme: dark');
    expect(text).toContain('@media print');
  });
});

describe('JSONL', () => {
  it('has an object a line', () => {
    const lines = written('jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind }) => kind)).toEqual(['case', 'case', 'case', 'finding', 'finding', 'finding']);
  });
});
