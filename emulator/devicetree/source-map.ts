import type { SourcePosition } from '../base/position.ts';
import { type Extent, type NodeAnnotation, readAnnotations } from './positions/annotations.ts';
import { braceKey, type Definitions, findDefinitions } from './positions/definitions.ts';
import type { SourcePositions } from './tree.ts';

export interface SourceMapInput {
  /** The source's name, and its text as the compiler saw it: preprocessed, with line markers. */
  readonly file: string;
  readonly text: string;
  /** dtc's annotated output; asked for once, when the first position is. */
  readonly annotate: () => string;
  /** The text of a file as a person sees it; undefined where it cannot be read. */
  readonly readText: (file: string) => string | undefined;
}

/**
 * Where the nodes and properties of a compiled source stand: node and property → file:line:column of the text that
 * finally won. A column is exact where the line stands in the file as the compiler saw it; where a macro changed what
 * comes before, it is the line's start.
 */
export class SourceMap implements SourcePositions {
  readonly #input: SourceMapInput;
  #annotations: ReadonlyMap<string, NodeAnnotation> | undefined;
  #definitions: ReadonlyMap<string, Definitions> | undefined;
  readonly #lines = new Map<string, readonly string[]>();

  constructor(input: SourceMapInput) {
    this.#input = input;
  }

  /** Where a node was first written; later pieces that extend it are not told. */
  node(path: string): SourcePosition | undefined {
    const extent = this.#annotation(path)?.extents[0];
    return extent === undefined ? undefined : this.#nameOfNode(extent);
  }

  property(path: string, name: string): SourcePosition | undefined {
    const extent = this.#annotation(path)?.property(name);
    return extent === undefined ? undefined : this.#checked(extent, name);
  }

  firstDefined(path: string, name: string): SourcePosition | undefined {
    const annotation = this.#annotation(path);
    const last = annotation?.property(name);
    if (annotation === undefined || last === undefined) return undefined;
    this.#definitions ??= findDefinitions(this.#input.text, this.#input.file);
    for (const extent of annotation.extents) {
      const first = this.#definitions.get(braceKey(extent))?.get(name);
      if (first === undefined) continue;
      const isLast = first.file === last.file && first.line === last.line && first.column === last.column;
      return isLast ? undefined : this.#checked(first, name);
    }
    return undefined;
  }

  #annotation(path: string): NodeAnnotation | undefined {
    this.#annotations ??= readAnnotations(this.#input.annotate());
    return this.#annotations.get(path);
  }

  /** dtc names a node's `{`; a person looks for what stands before it, from its label on. */
  #nameOfNode({ file, line, column }: Extent): SourcePosition {
    const text = this.#line(file, line);
    if (text?.[column - 1] !== '{') return this.#startOf(file, line);
    const before = /[^\s;{}][^;{}]*$/.exec(text.slice(0, column - 1))?.[0];
    if (before === undefined) return { file, line, column, endColumn: column + 1 };
    return {
      file,
      line,
      column: column - before.length,
      endColumn: column - before.length + before.trimEnd().length,
    };
  }

  #checked(at: SourcePosition & Partial<Extent>, name: string): SourcePosition {
    const { file, line, column = 1 } = at;
    const text = this.#line(file, line);
    if (text === undefined) return { file, line, column };
    if (!text.startsWith(name, column - 1)) return this.#startOf(file, line);
    const { endLine, endColumn } = at;
    const isWhole = endLine === line && endColumn !== undefined && text[endColumn - 2] === ';';
    return { file, line, column, endColumn: isWhole ? endColumn : column + name.length };
  }

  #startOf(file: string, line: number): SourcePosition {
    const text = this.#line(file, line);
    return { file, line, column: Math.max(0, text?.search(/\S/) ?? 0) + 1 };
  }

  #line(file: string, line: number): string | undefined {
    let lines = this.#lines.get(file);
    if (lines === undefined) {
      lines = this.#input.readText(file)?.split('\n') ?? [];
      this.#lines.set(file, lines);
    }
    return lines[line - 1];
  }
}
