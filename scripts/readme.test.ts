import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { patternOf } from './docs/examples.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A command that the text shows, with the lines that it says are printed; a line `…` stands for any lines. */
interface Example {
  readonly command: string;
  readonly shown: readonly string[];
}

function examplesOf(text: string): readonly Example[] {
  const blocks = [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) => {
    const examples: { command: string; shown: string[] }[] = [];
    for (const line of block.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) examples.push({ command: line.slice(2), shown: [] });
      else examples.at(-1)?.shown.push(line.trimEnd());
    }
    return examples;
  });
}

const examples = examplesOf(readFileSync(join(root, 'README.md'), 'utf8'));

describe('the README', () => {
  it('has exactly two commands for the impatient', () => {
    expect(examples.slice(0, 2).map((example) => example.command)).toEqual([
      'scripts/setup && npx heapboard run hikey gralloc',
      'npm test',
    ]);
  });

  // `npm test` is what runs this very test.
  it.each(examples.filter((example) => example.command !== 'npm test'))(
    'prints what it shows: $command',
    (example) => {
      const output = execFileSync('bash', ['-c', example.command], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 170_000,
        killSignal: 'SIGKILL',
      });
      expect(output.replace(/[ \t]+$/gm, '')).toMatch(patternOf(example.shown));
    },
    180_000,
  );
});
