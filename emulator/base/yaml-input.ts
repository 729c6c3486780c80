import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod';
import type { InputError } from './input-error.ts';
import type { SourcePosition } from './position.ts';

/** Makes the error of the caller's kind from a problem and its place. */
export type YamlFailure = (problem: string, position: SourcePosition) => InputError;

/** A YAML text that parsed, with the places of its values. */
export interface YamlDocument {
  readonly value: unknown;
  /** What messages call it, where it is a part of a larger document. */
  readonly name?: string;
  /** Where the value at a path begins; the nearest value above it where the path leads nowhere. */
  positionOf(path: readonly PropertyKey[]): SourcePosition;
  /** Where a key of the map at a path stands. */
  positionOfKey(path: readonly PropertyKey[], key: string): SourcePosition;
}

/** Parses one YAML document. Syntax errors and repeated keys become `fail`'s error with line and column. */
export function parseYaml(text: string, file: string, fail: YamlFailure): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const error = document.errors[0];
  if (error !== undefined) throw fail(problemOf(error), at(error.pos[0]));

  const nodeAt = (path: readonly PropertyKey[]): Node | undefined => {
    const found: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    return isPositioned(found) ? found : undefined;
  };
  const positionOf = (path: readonly PropertyKey[]): SourcePosition => {
    const start = nodeAt(path)?.range?.[0];
    if (start !== undefined) return at(start);
    return path.length === 0 ? at(0) : positionOf(path.slice(0, -1));
  };
  const positionOfKey = (path: readonly PropertyKey[], key: string): SourcePosition => {
    const map = nodeAt(path);
    const pair = isMap(map)
      ? map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return start === undefined ? positionOf(path) : at(start);
  };
  return { value: plainValue(), positionOf, positionOfKey };

  function plainValue(): unknown {
    try {
      return document.toJS();
    } catch (thrown) {
      // An alias without an anchor, and aliases of aliases that would multiply to gigabytes.
      if (thrown instanceof ReferenceError || thrown instanceof RangeError)
        throw fail(problemOf(thrown), at(0));
      throw thrown;
    }
  }
}

function problemOf({ message }: Error): string {
  if (message.startsWith('Maximum call stack')) return 'values nest too deeply';
  if (message.startsWith('Excessive alias count')) return 'aliases (*name) of aliases make too many values';
  return firstLine(message);
}

/** Checks a document against a schema; the first problem becomes `fail`'s error at its place. */
export function validateYaml<Schema extends z.ZodType>(
  document: YamlDocument,
  schema: Schema,
  fail: YamlFailure,
): z.output<Schema> {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw fail('is not valid', document.positionOf([]));
  const named = document.name === undefined ? issue.path : [document.name, ...issue.path];
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknownKey !== undefined)
    throw fail(`unknown key "${unknownKey}"${inside(named)}`, document.positionOfKey(issue.path, unknownKey));
  const badKey = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
  if (badKey !== undefined)
    throw fail(
      `${pathText(named)}: ${firstLine(badKey.message)}`,
      document.positionOfKey(issue.path.slice(0, -1), String(issue.path.at(-1))),
    );
  const subject = named.length === 0 ? 'the document' : pathText(named);
  throw fail(`${subject}: ${firstLine(issue.message)}`, document.positionOf(issue.path));
}

function inside(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : ` in ${pathText(path)}`;
}

/** `steps[2].heap` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

function isPositioned(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}
