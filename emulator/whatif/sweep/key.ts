import { createHash } from 'node:crypto';

/** What decides over every result beside the point itself. */
export interface SweepContent {
  /** Of Heapboard. */
  readonly version: string;
  /** The specification's settings that hold for all points. */
  readonly base: unknown;
  /** Files that the specification names, with their content. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** A hash of what all points share. */
export function contentHash(content: SweepContent): string {
  return digest([
    content.version,
    content.base,
    content.files.map(({ path, content: text }) => [path, text]),
  ]);
}

/** The key of a point: equal for points that are made of the same values over the same content. */
export function pointKey(
  shared: string,
  settings: readonly (readonly [axis: string, value: unknown])[],
): string {
  return digest([shared, settings]).slice(0, 32);
}

/** A hash of a value as JSON. */
export function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
