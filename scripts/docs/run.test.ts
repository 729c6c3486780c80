import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../emulator/cli/test-io.ts';
import { type Example, examples, patternOf } from './examples.ts';
import { layOut } from './stand-ins.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const before = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'heapboard-docs-')));
  process.env.GITHUB_STEP_SUMMARY = join(folder, 'summary.md');
  await layOut(folder, root);
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(before);
  delete process.env.GITHUB_STEP_SUMMARY;
  rmSync(folder, { recursive: true, force: true });
});

/** Output with the paths of this package as one sees them in its folder. */
function asAtHome(text: string): string {
  return text
    .replaceAll(`${relative(folder, root)}/`, '')
    .replaceAll(`${root}`, '')
    .replace(/[ \t]+$/gm, '');
}

async function run(words: readonly string[]) {
  const given = words.map((word) => word.replace('$GITHUB_STEP_SUMMARY', 'summary.md'));
  const { code, out, err } = await runCommand(given);
  return { code, out: asAtHome(out), err: asAtHome(err) };
}

async function perform({ calls, shown }: Example): Promise<void> {
  let printed = '';
  for (const { words, into } of calls) {
    const { code, out, err } = await run(words);
    // An expectation that fails is an answer too; anything else is a mistake of the page.
    expect(code, err).toBeLessThan(2);
    if (into === undefined) printed += out;
    else writeFileSync(into, out);
  }
  if (shown.length > 0) expect(printed).toMatch(patternOf(shown));
}

const all = examples();
const shownOn = [...new Set(all.map(({ page }) => page))];

describe.each(shownOn)('docs/%s', (page) => {
  for (const example of all.filter((one) => one.page === page)) {
    const { command, notRun } = example;
    if (notRun === undefined) it(`shows what happens: ${command}`, () => perform(example));
    else it.skip(`${command} (not run: ${notRun})`);
  }
});

describe('files that pages show', () => {
  it.each([
    ['workloads.md: a workload', ['run', 'hikey', 'camera.yaml'], 0],
    ['workloads.md: a program', ['run', 'hikey', 'prog.ts'], 0],
    ['scenarios.md: a scenario', ['test', 'scenario.yaml'], 0],
    ['consumers.md: a contract', ['consumers', 'hikey', './player.yaml', '--expect'], 0],
    ['devices.md: a heap', ['boot', 'hikey', '--heap-driver', 'secure.ts'], 0],
    ['sweep.md: a sweep, of which a part', ['sweep', 'pools.yaml', '--shard', '1/130', '--jobs', '1'], 0],
  ] as const)('%s', async (_what, words, expected) => {
    const { code, out, err } = await run(words);
    expect(code, `${out}${err}`).toBe(expected);
  });
});
