import { readFileSync } from 'node:fs';

/** A file of the host as text; undefined where it cannot be read. */
export function readHostFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
