import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A folder or file that travels with the package, such as `dts`: found by walking up from this file, so that it works
 * from the sources, from the bundle in dist/ and from an installed package alike.
 */
export function packagePath(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, name)))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`the package's folder ${name} is missing`);
    folder = above;
  }
  return join(folder, name);
}

/** The version of the installed package. */
export function packageVersion(): string {
  const facts: unknown = JSON.parse(readFileSync(packagePath('package.json'), 'utf8'));
  if (typeof facts === 'object' && facts !== null && 'version' in facts) return String(facts.version);
  throw new Error('package.json states no version');
}
