import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { packageVersion } from '../../machine/package-path.ts';
import { contentHash, digest } from '../../whatif/sweep/key.ts';
import { parseSweep, type SweepSpec } from '../../whatif/sweep/spec.ts';

/** A specification that was read, with the hash of all that its points share. */
export interface LoadedSweep {
  readonly spec: SweepSpec;
  readonly text: string;
  readonly shared: string;
  /** A hash of the specification as a whole. */
  readonly whole: string;
}

/** Reads a specification's text; files that it names are found beside it. */
export function loadSweep(text: string, file: string, most: number): LoadedSweep {
  const named = new Set<string>();
  const found = (path: string) => (isAbsolute(path) ? path : join(dirname(file), path));
  const resolve = (path: string) => {
    named.add(path);
    return found(path);
  };
  const spec = parseSweep(text, file, { resolve, most });
  for (const path of workloadFiles(text)) named.add(path);
  const files = [...named]
    .filter((path) => existsSync(found(path)) && statSync(found(path)).isFile())
    .sort()
    .map((path) => ({ path, content: readFileSync(found(path), 'latin1') }));
  const shared = contentHash({ version: packageVersion(), base: spec.baseWritten, files });
  return { spec, text, shared, whole: digest([shared, text]).slice(0, 32) };
}

/** Words of the specification that look like files of workloads and programs. */
function workloadFiles(text: string): readonly string[] {
  const words = text.match(/[\w./-]+\.(?:ya?ml|m?[jt]s)\b/g) ?? [];
  return [...new Set(words)].filter((word) => extname(word) !== '' && !isAbsolute(word));
}
