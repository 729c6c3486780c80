import { readdir } from 'node:fs/promises';
import { basename, extname, isAbsolute, join } from 'node:path';
import { inputError } from '../base/input-error.ts';
import { packagePath } from '../machine/package-path.ts';
import type { Contract } from '../whatif/consumers/contract.ts';
import { readText } from './read-text.ts';

const yaml: ReadonlySet<string> = new Set(['.yaml', '.yml']);

/** The names of the consumers that come with Heapboard, sorted. */
export async function consumerNames(folder = packagePath('fixtures/consumers')): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => yaml.has(extname(file)))
    .map((file) => basename(file, extname(file)))
    .sort();
}

/** Contracts by name or path; all that come with Heapboard where none is named. */
export async function loadContracts(names: readonly string[]): Promise<readonly Contract[]> {
  const wanted = names.length === 0 ? await consumerNames() : names;
  return Promise.all(wanted.map((name) => loadContract(name)));
}

/** A contract by the name of its consumer, or by a path that starts in `folder`. Anything else is an InputError. */
export async function loadContract(name: string, folder = '.'): Promise<Contract> {
  const { parseContract } = await import('../whatif/consumers/contract.ts');
  if (yaml.has(extname(name))) {
    const path = isAbsolute(name) || folder === '.' ? name : join(folder, name);
    return parseContract(await readText(path, 'a contract'), path);
  }
  const known = await consumerNames();
  if (!known.includes(name)) {
    const { nearNames } = await import('../base/near-names.ts');
    throw inputError('consumer-unknown', { name, near: nearNames(name, known), known });
  }
  const file = packagePath(`fixtures/consumers/${name}.yaml`);
  return parseContract(await readText(file, 'a contract'), file);
}
