import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative } from 'node:path';
import { inputError } from '../base/input-error.ts';
import { packagePath } from '../machine/package-path.ts';
import type { Job } from '../userland/workload/run.ts';
import type { Workload } from '../userland/workload/workload.ts';
import { readText } from './read-text.ts';

const programExtensions: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts']);
const yamlExtensions: ReadonlySet<string> = new Set(['.yaml', '.yml']);

/** The names of the workloads that come with Heapboard, sorted. */
export async function workloadNames(folder = packagePath('fixtures/workloads')): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => yamlExtensions.has(extname(file)))
    .map((file) => basename(file, extname(file)))
    .sort();
}

/**
 * What is to be run under a name: a workload that comes with Heapboard, or a path of a workload or program module.
 * Relative paths start in `folder`. What is neither, or is broken, is an InputError.
 */
export async function loadJob(name: string, folder = '.'): Promise<Job> {
  const path = isAbsolute(name) || folder === '.' ? name : join(folder, name);
  if (programExtensions.has(extname(name))) {
    const { loadProgram } = await import('./program-module.ts');
    return { program: await loadProgram(path) };
  }
  if (yamlExtensions.has(extname(name))) {
    const text = await readText(path, 'a workload');
    return { workload: await readWorkload(text, path, basename(name, extname(name))) };
  }
  const known = await workloadNames();
  if (!known.includes(name)) throw await unknownWorkload(name, known);
  const file = packagePath(`fixtures/workloads/${name}.yaml`);
  return { workload: await readWorkload(await readText(file, 'a workload'), shown(file), name) };
}

/** A workload from its text; one that uses another is that one, with its own values. */
async function readWorkload(
  text: string,
  file: string,
  name: string,
  users: readonly string[] = [],
): Promise<Workload> {
  const [{ readWorkload }, { applyUse, readUse }, { parseYaml }, { workloadFailure }] = await Promise.all([
    import('../userland/workload/workload.ts'),
    import('../userland/workload/uses.ts'),
    import('../base/yaml-input.ts'),
    import('../userland/workload/yaml-checks.ts'),
  ]);
  const document = parseYaml(text, file, workloadFailure);
  const use = readUse(document, name);
  if (use === undefined) return readWorkload(document, file, name);
  const at = document.positionOf(['uses']);
  if (users.includes(use.uses)) throw workloadFailure(`"${use.uses}" uses itself`, at);
  return applyUse(use, await findUsed(use.uses, dirname(file), [...users, use.uses]));
}

async function findUsed(name: string, folder: string, users: readonly string[]): Promise<Workload> {
  if (yamlExtensions.has(extname(name))) {
    const path = isAbsolute(name) ? name : join(folder, name);
    return readWorkload(await readText(path, 'a workload'), path, basename(name, extname(name)), users);
  }
  const known = await workloadNames();
  if (!known.includes(name)) throw await unknownWorkload(name, known);
  const file = packagePath(`fixtures/workloads/${name}.yaml`);
  return readWorkload(await readText(file, 'a workload'), shown(file), name, users);
}

/** A path as messages tell it: from the current folder where it lies below. */
function shown(file: string): string {
  const path = relative('', file);
  return path.startsWith('..') ? file : path;
}

async function unknownWorkload(name: string, known: readonly string[]): Promise<Error> {
  const { nearNames } = await import('../base/near-names.ts');
  const near = nearNames(name, known);
  return inputError('workload-unknown', { name, near, known });
}
