import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { Scenario } from '../whatif/scenario/scenario.ts';
import { readText } from './read-text.ts';

/** Reads scenarios from files, and from folders: all .yaml files in them and below, by name. */
export async function loadScenarios(paths: readonly string[]): Promise<readonly Scenario[]> {
  const { parseScenario } = await import('../whatif/scenario/scenario.ts');
  const files = (await Promise.all(paths.map(filesAt))).flat();
  return Promise.all(
    files.map(async (file) =>
      parseScenario(await readText(file, 'a scenario'), file, (path) => besideOf(file, path)),
    ),
  );
}

async function filesAt(path: string): Promise<readonly string[]> {
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  if (!isFolder) return [path];
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => ['.yaml', '.yml'].includes(extname(name))).sort();
  if (files.length === 0) throw inputError('usage', { problem: `${path}: holds no scenarios (.yaml)` });
  return files.map((name) => join(path, name));
}

/** A path that a file names, from that file's folder. */
function besideOf(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
