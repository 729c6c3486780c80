import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A plain Node is needed here: the test runner reads TypeScript by itself. The folder must see node_modules.
const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '../../node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'program-module-'));
const driver = join(folder, 'driver.mjs');

beforeAll(async () => {
  await build({
    stdin: {
      contents: `import { loadProgram } from './program-module.ts';
        try {
          const { name, main } = await loadProgram(process.argv[2]);
          console.log(name, await main({ pid: 40 }, {}));
        } catch (error) { console.log(error.message); }`,
      resolveDir: here,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['@swc/wasm-typescript'],
    outfile: driver,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return execFileSync(process.execPath, [driver, file], {
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
    .trim()
    .replaceAll(folder, '');
}

test('a TypeScript program runs, and so does what it imports', () => {
  writeFileSync(join(folder, 'two.ts'), 'export const two: number = 2;');
  const program = `import { two } from './two.ts';
    interface Process { readonly pid: number }
    export default async (process: Process): Promise<number> => process.pid + two;`;
  expect(load('typed.ts', program)).toBe('typed 42');
});

test('TypeScript that cannot be blanked out is refused at its place', () => {
  expect(load('enum.ts', '\nexport enum Kind { a }')).toMatch(/^\/enum\.ts:2:8: .*enum/);
});

test('a syntax error is told with its place in TypeScript', () => {
  expect(load('broken.ts', 'export default () => {\n  const = 3;\n};')).toMatch(/^\/broken\.ts:2:9: /);
});

test('a syntax error is told with its file in JavaScript', () => {
  expect(load('broken.mjs', 'export default () => {\n  const = 3;\n};')).toMatch(
    /^\/broken\.mjs: Unexpected token/,
  );
});
