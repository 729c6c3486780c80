import type { ScenarioResult } from '../whatif/scenario/run.ts';

/** Scenarios as data: the document that `heapboard test --json` prints. docs/scenarios.md describes it. */
export interface ScenarioDocument {
  readonly schemaVersion: 1;
  readonly passed: number;
  /** Those that were refused are among them. */
  readonly failed: number;
  readonly scenarios: readonly ScenarioResult[];
}

export function scenarioDocument(scenarios: readonly ScenarioResult[]): ScenarioDocument {
  const passed = scenarios.filter(({ verdict }) => verdict === 'passed').length;
  return { schemaVersion: 1, passed, failed: scenarios.length - passed, scenarios };
}
