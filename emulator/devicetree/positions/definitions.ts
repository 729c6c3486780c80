import type { SourcePosition } from '../../base/position.ts';

/** The properties that one pair of braces holds, with the position of each name. */
export type Definitions = ReadonlyMap<string, SourcePosition>;

/** A key for the position of a `{`. */
export function braceKey(position: SourcePosition): string {
  return `${position.file}:${position.line}:${position.column ?? 0}`;
}

// In this order: marker (line, file), newline, space, comment or string, sign, word, anything else.
const piece =
  /^# (\d+) "((?:[^"\\]|\\.)*)".*\n|(\n)|([^\S\n]+)|(\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\]|\\[\s\S])*")|([{};=])|((?:[^\s{};="/]|\/(?![/*]))+)|[\s\S]/gmy;

/**
 * Finds every definition in preprocessed source, the overridden ones too, which the compiler no longer knows:
 * by the position of the `{` around it.
 */
export function findDefinitions(text: string, file: string): ReadonlyMap<string, Definitions> {
  const scan = new Scan(file);
  for (const match of text.matchAll(piece)) scan.take(match);
  return scan.found;
}

class Scan {
  readonly found = new Map<string, Map<string, SourcePosition>>();
  readonly #open: Map<string, SourcePosition>[] = [];
  #file: string;
  #line = 1;
  #column = 1;
  /** The last word of the statement so far, where it can still be the name of a property. */
  #name: { readonly text: string; readonly position: SourcePosition } | undefined;
  #isValue = false;

  constructor(file: string) {
    this.#file = file;
  }

  take(match: RegExpExecArray): void {
    const [text, number, name, newline, , skipped, sign, word] = match;
    if (number !== undefined) {
      this.#file = name ?? this.#file;
      this.#line = Number(number);
      this.#column = 1;
      return;
    }
    if (word !== undefined && !this.#isValue) this.#name = { text: word, position: this.#here() };
    else if (sign !== undefined) this.#sign(sign, this.#here());
    if (newline !== undefined || skipped !== undefined) this.#passLines(text);
    else this.#column += text.length;
  }

  #here(): SourcePosition {
    return { file: this.#file, line: this.#line, column: this.#column };
  }

  #sign(sign: string, position: SourcePosition): void {
    if (sign === '{') {
      const definitions = new Map<string, SourcePosition>();
      this.found.set(braceKey(position), definitions);
      this.#open.push(definitions);
    } else if (sign === '}') {
      this.#open.pop();
    } else if (!this.#isValue && this.#name !== undefined && !this.#name.text.startsWith('/')) {
      // `name =` and `name;`; of two definitions in the same braces the first is kept.
      const definitions = this.#open.at(-1);
      if (definitions?.has(this.#name.text) === false) definitions.set(this.#name.text, this.#name.position);
    }
    this.#isValue = sign === '=';
    this.#name = undefined;
  }

  #passLines(text: string): void {
    const lines = text.split('\n');
    this.#line += lines.length - 1;
    this.#column = lines.length === 1 ? this.#column + text.length : (lines.at(-1)?.length ?? 0) + 1;
  }
}
