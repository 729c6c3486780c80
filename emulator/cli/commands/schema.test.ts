import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { workloadSchema } from '../../userland/workload/workload-schema.ts';
import { scenarioSchema } from '../../whatif/scenario/scenario-schema.ts';
import { runCommand } from '../test-io.ts';

const files = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => [name, parse(readFileSync(`${folder}/${name}`, 'utf8')) as unknown] as const);

describe('heapboard schema', () => {
  it('prints how a workload is written, with each of its steps', async () => {
    const { code, out } = await runCommand(['schema', 'workload']);
    const { title, anyOf } = JSON.parse(out) as { title: string; anyOf: { properties: object }[] };
    expect([code, title]).toEqual([0, 'Heapboard workload']);
    expect(anyOf.flatMap(({ properties }) => Object.keys(properties))).toEqual(
      expect.arrayContaining(['parameters', 'programs', 'faults', 'steps']),
    );
    for (const verb of ['open', 'alloc', 'sync', 'exec', 'repeat']) expect(out).toContain(`"${verb}": {`);
  });

  it('prints how a scenario is written, with settings and expectations', async () => {
    const { out } = await runCommand(['schema', 'scenario']);
    const { properties } = JSON.parse(out) as { properties: Record<string, { properties?: object }> };
    expect(Object.keys(properties.change?.properties ?? {})).toEqual(
      expect.arrayContaining(['bootargs', 'faults']),
    );
    expect(Object.keys(properties.after?.properties ?? {})).toEqual(
      expect.arrayContaining(['heaps', 'leaks']),
    );
  });

  it('refuses a kind of file that has none', async () => {
    const { code, err } = await runCommand(['schema', 'poem']);
    expect([code, err]).toEqual([2, 'heapboard: there is no schema "poem"; there are workload, scenario\n']);
  });

  it.each(files('fixtures/workloads'))('fits the workload %s', (_, content) => {
    expect(workloadSchema.safeParse(content).error?.issues ?? []).toEqual([]);
  });

  it.each(files('fixtures/whatif'))('fits the scenario %s', (_, content) => {
    expect(scenarioSchema.safeParse(content).error?.issues ?? []).toEqual([]);
  });
});
