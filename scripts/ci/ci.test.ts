import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'heapboard-ci-'));

function documents(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(join(root, 'scripts/ci', file), 'utf8')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as unknown;
  });
}

interface Action {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly runs: { readonly steps: readonly { readonly run: string }[] };
}

const [action] = documents('github/action.yml') as [Action];
const [spec, jobs] = documents('gitlab.yml') as [
  { readonly spec: { readonly inputs: Readonly<Record<string, unknown>> } },
  { readonly heapboard: { readonly script: readonly string[] } },
];
const script = action.runs.steps[1]?.run ?? '';

/** Runs the script as a runner does, in a folder of its own. */
function run(variables: Readonly<Record<string, string>>) {
  const npx = join(folder, 'npx');
  writeFileSync(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${root}/dist/cli/main.js" "$@"\n`, {
    mode: 0o755,
  });
  const result = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, NO_COLOR: '1', ...variables },
  });
  return { code: result.status, text: `${result.stdout}${result.stderr}` };
}

describe('the templates for continuous integration', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('do the same on both services', () => {
    expect(jobs.heapboard.script).toEqual([script]);
    const same = ['boards', 'releases', 'workloads', 'scenarios', 'reports', 'options', 'folder'];
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(same));
    expect(Object.keys(spec.spec.inputs)).toEqual(expect.arrayContaining(same));
  });

  it('run each workload on each board and release, and write the reports', () => {
    const reports = join(folder, 'good');
    const { code, text } = run({
      BOARDS: 'hikey',
      RELEASES: '6.1 6.12',
      WORKLOADS: 'gralloc',
      SCENARIOS: 'fixtures/whatif/P02-cma-zero.yaml',
      REPORTS: 'junit sarif',
      OPTIONS: '',
      FOLDER: reports,
    });
    expect(text).toContain('1 passed, 0 failed');
    expect(code).toBe(0);
    expect(readdirSync(reports).sort()).toEqual([
      'hikey-6.1.junit',
      'hikey-6.1.sarif',
      'hikey-6.12.junit',
      'hikey-6.12.sarif',
      'scenarios.junit',
      'scenarios.sarif',
    ]);
  });

  it('fail where one of them does, after all were run', () => {
    const reports = join(folder, 'bad');
    const { code, text } = run({
      BOARDS: 'hikey',
      RELEASES: '6.1 6.12',
      WORKLOADS: 'gralloc',
      SCENARIOS: '',
      REPORTS: 'junit github',
      OPTIONS: '--fault fail=alloc',
      FOLDER: reports,
    });
    expect(code).toBe(1);
    expect(text).toMatch(/^::error .*ENOMEM/m);
    expect(readdirSync(reports)).toHaveLength(4);
    expect(readFileSync(join(reports, 'hikey-6.1.junit'), 'utf8')).toContain('ENOMEM');
  });
});
