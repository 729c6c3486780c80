import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';

/** A record that does not have its form: says which file and where in it. */
class BrokenRecord extends Error {
  override readonly name = 'BrokenRecord';
}

const stringOrLongInteger = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Integers that a number cannot hold become their decimal text, so that nothing is rounded. */
function keepExact(json: string): string {
  return json.replace(stringOrLongInteger, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
  );
}

/** A 64-bit figure in the form of read records: a number, or its decimal text where that would round it. */
export function exactly(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** Reads one JSON value of a known form; `where` names it in the message. */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  where: string,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(keepExact(text));
  } catch (error) {
    throw new BrokenRecord(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BrokenRecord(`${where}: ${z.prettifyError(parsed.error)}`);
}

/** Reads a file with one JSON value a line. */
export function parseJsonLines<Schema extends z.ZodType>(schema: Schema, file: string): z.infer<Schema>[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) =>
    line === '' ? [] : [parseJson(schema, line, `${file}:${index + 1}`)],
  );
}

/** The names in a folder that end with `suffix`, without it, in a fixed order; none where there is no folder. */
export function namesIn(folder: string, suffix = ''): readonly string[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.endsWith(suffix))
    .map((entry) => basename(entry, suffix))
    .sort();
}

/** The text of a file, or undefined where there is none. */
export function textOf(...path: readonly string[]): string | undefined {
  try {
    return readFileSync(join(...path), 'utf8');
  } catch {
    return undefined;
  }
}

/** Kernel versions in their order: 5.10 before 6.1. */
export function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
