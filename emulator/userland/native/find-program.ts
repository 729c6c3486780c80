import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../../base/input-error.ts';

/** Looks a program up as a shell does; an InputError where there is none that may be run. */
export function findProgram(name: string, path: string): void {
  const places = name.includes('/') ? [name] : path.split(':').map((folder) => join(folder, name));
  if (!places.some(isProgram)) {
    throw inputError('program-not-found', { program: name }, { hint: 'give its path, or a name on PATH' });
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
