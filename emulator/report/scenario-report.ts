import type { ScenarioResult } from '../whatif/scenario/run.ts';
import type { Report, ReportCase } from './formats/report.ts';
import type { ScenarioDocument } from './scenario-json.ts';
import { scenarioText } from './scenario-text.ts';

/** Scenarios as a report: a case each, by the folder of its file. */
export function scenarioReport(document: ScenarioDocument): Report {
  const { passed, failed, scenarios } = document;
  return {
    command: 'test',
    title: scenarios.length === 1 ? '1 scenario' : `${scenarios.length} scenarios`,
    verdict: `${passed} passed, ${failed} failed`,
    passed: failed === 0,
    facts: [],
    cases: scenarios.map(caseOf),
    findings: [],
    sections: [],
    document,
    records: scenarios,
    text: (colours) => scenarioText(document, colours),
  };
}

function caseOf({ name, summary, file, verdict, before, after }: ScenarioResult): ReportCase {
  const details = [
    ...before.map((difference) => ({ side: 'before', ...difference })),
    ...after.map((difference) => ({ side: 'after', ...difference })),
  ].map(({ side, what, expected, seen }) => `${side}: ${what}: expected ${expected}, seen ${seen}`);
  const refusal = 'what "after" expects also holds without the change, so this shows nothing';
  return {
    suite: file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.',
    name: `${name} ${summary}`,
    verdict: verdict === 'passed' ? 'passed' : 'failed',
    ...(verdict === 'passed'
      ? {}
      : { message: verdict === 'refused' ? refusal : (details[0] ?? 'failed'), details }),
    position: { file, line: 1 },
  };
}
