import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { SourcePosition } from '../../base/position.ts';
import { packageVersion } from '../../machine/package-path.ts';
import { toJson } from '../json.ts';
import type { Finding, Report, ReportCase, ReportFormat } from './report.ts';

const levels = { error: 'error', warning: 'warning', note: 'note' } as const;

/** SARIF 2.1.0: findings and failed cases at their places in the sources, as code hosts show them. */
export const sarif: ReportFormat = {
  name: 'sarif',
  describe: 'SARIF 2.1.0, with positions in the devicetree source',
  write(report) {
    const findings = [...report.findings, ...report.cases.flatMap((one) => failureOf(one, report))];
    const rules = rulesOf(findings);
    const log: Log = {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'Heapboard', version: packageVersion(), rules: [...rules.values()] } },
          columnKind: 'utf16CodeUnits',
          results: findings.map((finding) => resultOf(finding, [...rules.keys()].indexOf(finding.id))),
        },
      ],
    };
    return toJson(log);
  },
};

function failureOf(one: ReportCase, { command }: Report): readonly Finding[] {
  if (one.verdict !== 'failed') return [];
  const message = [`${one.name}: ${one.message ?? 'failed'}`, ...(one.details ?? [])].join('\n');
  return [{ id: `${command}-failed`, severity: 'error', message, position: one.position, subject: one.name }];
}

function rulesOf(findings: readonly Finding[]): ReadonlyMap<string, ReportingDescriptor> {
  const rules = new Map<string, ReportingDescriptor>();
  for (const { id, explanation, severity } of findings) {
    if (rules.has(id)) continue;
    const about = explanation ?? id.replaceAll('-', ' ');
    rules.set(id, {
      id,
      shortDescription: { text: firstSentence(about) },
      fullDescription: { text: about },
      defaultConfiguration: { level: levels[severity] },
    });
  }
  return rules;
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/s.exec(text)?.[0] ?? text;
}

function resultOf(finding: Finding, ruleIndex: number): Result {
  const { id, severity, message, remedy, position, subject, suppressed } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: levels[severity],
    message: { text: remedy === undefined ? message : `${message}\nRemedy: ${remedy}` },
    ...(position === undefined
      ? {}
      : { locations: [{ physicalLocation: physical(position), ...logical(subject) }] }),
    ...(suppressed === undefined
      ? {}
      : {
          suppressions: [
            { kind: 'external' as const, status: 'accepted' as const, justification: suppressed },
          ],
        }),
  };
}

function physical({ file, line, column, endColumn }: SourcePosition) {
  return {
    artifactLocation: { uri: uriOf(file) },
    region: {
      startLine: line,
      ...(column === undefined ? {} : { startColumn: column }),
      ...(endColumn === undefined ? {} : { endColumn }),
    },
  };
}

function logical(subject: string | undefined) {
  return subject === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: subject }] };
}

/** A path as a URI reference; an absolute one with its scheme. */
function uriOf(file: string): string {
  const path = file.split(/[\\/]/).map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
