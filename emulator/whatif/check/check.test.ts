import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../../machine/package-path.ts';
import { parseContract } from '../consumers/contract.ts';
import { runScenario } from '../scenario/run.ts';
import { parseScenario } from '../scenario/scenario.ts';
import { checkRules, ruleTable } from './findings/index.ts';

const folder = packagePath('fixtures/check');
const files = readdirSync(folder).toSorted();

describe('every rule', () => {
  it('is proven by a fixture of its name, and every fixture proves a rule', () => {
    expect(files).toEqual([...checkRules.keys()].map((id) => `${id}.yaml`).toSorted());
  });

  it('is looked for in its fixture, where its twin shows nothing', () => {
    for (const id of checkRules.keys()) {
      const text = readFileSync(join(folder, `${id}.yaml`), 'utf8');
      expect(text).toContain(`before:\n  findings: { not: "${id}:" }`);
      expect(text.slice(text.indexOf('after:'))).toMatch(new RegExp(`["/^]${id}:`));
    }
  });

  it('has an explanation in whole sentences', () => {
    for (const { explanation } of checkRules.values()) expect(explanation).toMatch(/\.$/);
  });

  it.each(files)('%s: appears in the fixture and not in its twin', async (name) => {
    const file = join(folder, name);
    const scenario = parseScenario(readFileSync(file, 'utf8'), file, (path) => join(folder, path));
    const { verdict, before, after } = await runScenario(
      scenario,
      (job) => Promise.reject(new Error(`no job is called ${job}`)),
      async (consumer) => {
        const contract = packagePath(`fixtures/consumers/${consumer}.yaml`);
        return parseContract(readFileSync(contract, 'utf8'), contract);
      },
    );
    expect({ verdict, before, after }).toEqual({ verdict: 'passed', before: [], after: [] });
  });
});

describe('the table of rules', () => {
  it('refuses two of one id', () => {
    const [rule] = checkRules.values();
    if (rule === undefined) throw new Error('there are no rules');
    expect(() => ruleTable([rule, rule])).toThrow(`two rules are called ${rule.id}`);
  });
});
