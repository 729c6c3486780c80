import { describe, expect, test } from 'vitest';
import type { ScenarioDocument } from '../../report/scenario-json.ts';
import { runCommand } from '../test-io.ts';

const heapboard = (...words: readonly string[]) => runCommand(words);

const broken = 'fixtures/broken/scenarios';

describe('heapboard test', () => {
  test('all scenarios of the project pass', async () => {
    const { code, out, err } = await heapboard('test', 'fixtures/whatif');
    expect(out).toMatch(/\d+ passed, 0 failed\n$/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  test('a scenario that shows nothing is refused', async () => {
    const { code, out } = await heapboard('test', `${broken}/shows-nothing.yaml`);
    expect(code).toBe(1);
    expect(out).toContain('refused: what "after" expects also holds without the change');
    expect(out).toMatch(/0 passed, 1 failed\n$/);
  });

  test('one that does not hold shows what was expected and what was seen, on each side', async () => {
    const { code, out } = await heapboard('test', `${broken}/does-not-hold.yaml`);
    expect(code).toBe(1);
    expect(out).toContain(
      'before: size of area linux,cma\n      - expected 64 MiB (0x4000000)\n      + seen     128 MiB (0x8000000)\n',
    );
    expect(out).toContain(
      'after: heaps\n      - expected system linux,cma\n      + seen     system reserved\n',
    );
  });

  test('its JSON tells the same', async () => {
    const { out } = await heapboard(
      'test',
      `${broken}/does-not-hold.yaml`,
      `${broken}/shows-nothing.yaml`,
      '--json',
    );
    const document = JSON.parse(out) as ScenarioDocument;
    expect(document).toMatchObject({ schemaVersion: 1, passed: 0, failed: 2 });
    expect(document.scenarios.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['X2', 'failed'],
      ['X1', 'refused'],
    ]);
    expect(document.scenarios[0]?.after).toEqual([
      { what: 'heaps', expected: 'system linux,cma', seen: 'system reserved' },
    ]);
  });

  test.each([
    ['a file that is not there', ['none.yaml'], 'none.yaml: no such file'],
    ['a folder without scenarios', ['docs'], 'docs: holds no scenarios'],
    ['no file', [], 'test needs <file>'],
    [
      'a workload',
      ['fixtures/workloads/gralloc.yaml'],
      'gralloc.yaml:1:1: unknown key "workload" in a scenario; did you mean workloads?',
    ],
  ])('one line and exit code 2 for %s', async (_, words, message) => {
    const { code, out, err } = await heapboard('test', ...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
