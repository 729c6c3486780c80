import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import { parseYaml, validateYaml, type YamlDocument, type YamlFailure } from '../../base/yaml-input.ts';
import { keysOf, refuseUnknownKeys, within } from '../../userland/workload/yaml-checks.ts';
import { type Expectation, readExpectation } from './expectation.ts';
import {
  type Amend,
  emptySetup,
  readSetting,
  type ScenarioPlace,
  type Setup,
  settingKeys,
} from './settings.ts';

/** A question about one change: what holds before it, and what holds after. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly file: string;
  /** Where it happened to somebody: `owner/repo#number`. */
  readonly threads: readonly string[];
  readonly setup: Setup;
  /** The kinds of change, as they are called in the file. */
  readonly changes: readonly string[];
  readonly change: Amend;
  readonly before: Expectation;
  readonly after: Expectation;
}

/** A mistake in a scenario, at its place. */
export const scenarioFailure: YamlFailure = (problem, position) =>
  inputError('scenario-broken', { problem }, { position });

export const headShape = {
  scenario: z.string('expected a short name').min(1),
  summary: z.string('expected a sentence').min(1),
  threads: z.array(z.string().regex(/^[\w.-]+\/[\w.-]+#\d+$/, 'expected owner/repo#number')).default([]),
};
const ownKeys = [...Object.keys(headShape), 'before', 'change', 'after'];

/**
 * Reads the text of a scenario file; a mistake is an InputError with file, line and column. `resolve` gives the path
 * of a file that the scenario names.
 */
export function parseScenario(text: string, file: string, resolve: (path: string) => string): Scenario {
  const place = { file, resolve, fail: scenarioFailure };
  const document = parseYaml(text, file, scenarioFailure);
  refuseUnknownKeys(document, [...ownKeys, ...settingKeys], 'a scenario', scenarioFailure);
  const head = validateYaml(document, z.object(headShape), scenarioFailure);
  for (const key of ['change', 'before', 'after']) refuseMissing(document, key);
  const setup = readSettings(document, place)(emptySetup);
  if (setup.board === undefined && setup.tree === undefined) {
    throw scenarioFailure('a scenario needs a board or a tree', document.positionOf([]));
  }
  const change = within(document, ['change']);
  const changes = keysOf(change);
  if (changes.length === 0) {
    throw scenarioFailure(`change names at least one of ${settingKeys.join(', ')}`, change.positionOf([]));
  }
  refuseUnknownKeys(change, settingKeys, 'change', scenarioFailure);
  return {
    name: head.scenario,
    summary: head.summary.trim(),
    file,
    threads: head.threads,
    setup,
    changes,
    change: readSettings(change, place),
    before: readExpectation(within(document, ['before']), 'before', scenarioFailure),
    after: readExpectation(within(document, ['after']), 'after', scenarioFailure),
  };
}

/** All settings of a map, as one function that puts them into a setup. */
function readSettings(document: YamlDocument, place: ScenarioPlace): Amend {
  const amends = keysOf(document)
    .filter((key) => settingKeys.includes(key))
    .map((key) => readSetting(key, document, place));
  return (setup) => amends.reduce((amended, amend) => amend(amended), setup);
}

function refuseMissing(document: YamlDocument, key: string): void {
  if (keysOf(document).includes(key)) return;
  throw scenarioFailure(`a scenario needs "${key}"`, document.positionOf([]));
}
