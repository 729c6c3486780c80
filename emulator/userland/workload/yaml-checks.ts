import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import type { YamlDocument, YamlFailure } from '../../base/yaml-input.ts';

/** A mistake in a workload, at its place. */
export const workloadFailure: YamlFailure = (problem, position) =>
  inputError('workload-broken', { problem }, { position });

/** The part of a document below a path, as a document of its own; `name` is what messages call it. */
export function within(document: YamlDocument, path: readonly PropertyKey[], name?: string): YamlDocument {
  const value = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document.value,
  );
  return {
    value,
    ...(name === undefined ? {} : { name }),
    positionOf: (below) => document.positionOf([...path, ...below]),
    positionOfKey: (below, key) => document.positionOfKey([...path, ...below], key),
  };
}

/** The keys of a document that is a map; none where it is something else. */
export function keysOf(document: YamlDocument): readonly string[] {
  const { value } = document;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** Refuses a key that is not among the known ones, and says which are, or which was probably meant. */
export function refuseUnknownKeys(
  document: YamlDocument,
  known: readonly string[],
  where: string,
  fail: YamlFailure = workloadFailure,
): void {
  const unknown = keysOf(document).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const [near] = nearNames(unknown, known);
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  throw fail(
    `unknown key "${unknown}" in ${where}; ${meant}known are ${known.join(', ')}`,
    document.positionOfKey([], unknown),
  );
}
