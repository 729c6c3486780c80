import { register } from 'node:module';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inputError } from '../base/input-error.ts';
import { type Program, type ProgramMain, positionIn } from '../userland/workload/program-actor.ts';
import { readText } from './read-text.ts';

/** Loads a program module; what is none, or does not load, is an InputError. */
export async function loadProgram(file: string): Promise<Program> {
  const main = await loadDefault(file, 'a program module');
  if (!isProgram(main)) {
    const problem = `${file}: has no program as its default export: export default async (process) => exitCode`;
    throw inputError('program-broken', { problem });
  }
  return { name: basename(file, extname(file)), file, main };
}

/** The default export of a module in JavaScript or TypeScript; `what` is what messages call it. */
export async function loadDefault(file: string, what: string): Promise<unknown> {
  await readText(file, what);
  if (file.endsWith('ts')) readTypeScript();
  return importDefault(file);
}

async function importDefault(file: string): Promise<unknown> {
  try {
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? error.stack : undefined;
    const position = positionIn(stack, file);
    const line = problem.trim().split('\n', 1)[0] ?? problem;
    throw inputError(
      'program-broken',
      { problem: position === undefined ? `${file}: ${line}` : line },
      { position },
    );
  }
}

function isProgram(value: unknown): value is ProgramMain {
  return typeof value === 'function';
}

let readsTypeScript = 'typescript' in process.features && process.features.typescript !== false;

/**
 * Lets this process import TypeScript where its Node does not do so by itself: types are blanked out, so that lines
 * and columns stay. Only what can be blanked out is taken (no enums, no namespaces), as newer Nodes have it.
 */
function readTypeScript(): void {
  if (readsTypeScript) return;
  readsTypeScript = true;
  register(`data:text/javascript,${encodeURIComponent(typeStrippingHooks)}`);
}

/** Runs in the thread of Node's module hooks, and so is a module of its own. */
const typeStrippingHooks = `
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
const { transformSync } = createRequire(${JSON.stringify(import.meta.url)})('@swc/wasm-typescript');
export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !/\\.m?ts$/.test(pathname)) return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  try {
    const { code } = transformSync(text, { mode: 'strip-only', module: true, filename: pathname });
    return { format: 'module', source: code, shortCircuit: true };
  } catch ({ message, startLine, startColumn }) {
    const error = new SyntaxError(message);
    error.stack = 'SyntaxError: ' + message + '\\n    at ' + url + ':' + startLine + ':' + (startColumn + 1);
    throw error;
  }
}
`;
