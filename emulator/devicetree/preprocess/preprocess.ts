import { type InputError, inputError } from '../../base/input-error.ts';
import { ConditionProblem, evaluateCondition } from './condition.ts';
import { ExpansionBudget, ExpansionProblem, expand, expandText, type TokenSource } from './expand.ts';
import { type HeaderCache, IncludeSearch } from './include-search.ts';
import { type LogicalLine, logicalLines } from './lines.ts';
import { type Macro, parseDefinition } from './macro.ts';
import { printTokens, type Token, tokenize } from './token.ts';

export interface PreprocessRequest {
  /** Name of the source, for line markers and for includes beside it. */
  readonly file: string;
  readonly text: string;
  /** Folders that `#include` looks in, in order. */
  readonly includePaths: readonly string[];
  readonly cache: HeaderCache;
}

/** As deep as cpp goes. */
const maxIncludeDepth = 200;

/** An `#if` that is open. */
interface Conditional {
  readonly line: number;
  /** Whether the lines around it count. */
  readonly outer: boolean;
  active: boolean;
  taken: boolean;
  seenElse: boolean;
}

/**
 * The part of the C preprocessor that kernel-style devicetree sources use, as `cpp -undef -D__DTS__` for assembler
 * sources: #include, object-like and function-like macros, conditionals. Gives the source for dtc, with line markers.
 * Mistakes are InputErrors with file and line.
 */
export function preprocess(request: PreprocessRequest): string {
  return new Preprocessor(request).run();
}

class Preprocessor {
  readonly #request: PreprocessRequest;
  readonly #search: IncludeSearch;
  readonly #macros = new Map<string, Macro>();
  readonly #output: string[] = [];
  readonly #stack: string[] = [];
  readonly #budget = new ExpansionBudget();
  #outputLine = 0;

  constructor(request: PreprocessRequest) {
    this.#request = request;
    this.#search = new IncludeSearch(request.includePaths, request.cache);
    for (const definition of ['__DTS__ 1', '__ASSEMBLER__ 1', '__STDC__ 1', '__STDC_HOSTED__ 1']) {
      const macro = parseDefinition(definition);
      if (typeof macro !== 'string') this.#macros.set(macro.name, macro);
    }
  }

  run(): string {
    this.#file(this.#request.file, logicalLines(this.#request.text));
    return `${this.#output.join('\n')}\n`;
  }

  #file(file: string, lines: readonly LogicalLine[]): void {
    this.#stack.push(file);
    this.#marker(file, 1);
    const open: Conditional[] = [];
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index];
      if (line === undefined) continue;
      if (line.directive !== undefined) this.#directive(file, line, open);
      else if (open.at(-1)?.active !== false) index = this.#textFrom(file, lines, index);
    }
    const unterminated = open.at(-1);
    if (unterminated !== undefined) {
      throw this.#problem('unterminated #if: it began here and has no #endif', file, unterminated.line);
    }
    this.#stack.pop();
  }

  /** Expands the line at `index`, and those that its macros' arguments reach into; returns the last index used. */
  #textFrom(file: string, lines: readonly LogicalLine[], index: number): number {
    const line = lines[index];
    if (line === undefined) return index;
    this.#seek(file, line.line);
    if (!this.#mentionsMacro(line.text)) {
      this.#emit(line.text);
      return index;
    }
    let last = index;
    const source: TokenSource = {
      pending: this.#located(tokenize(line.text), file, line.line).reverse(),
      more: () => {
        const next = lines[last + 1];
        if (next === undefined || next.directive !== undefined) return false;
        last += 1;
        const newline: Token = { kind: 'newline', text: '\n', spaced: false };
        source.pending.unshift(
          ...[newline, ...this.#located(tokenize(next.text), file, next.line)].reverse(),
        );
        return true;
      },
    };
    const text = this.#guarded(file, line.line, () =>
      printTokens(expand(source, this.#macros, this.#budget)),
    );
    const indent = /^\s*/.exec(line.text)?.[0] ?? '';
    this.#emit(indent + text.trimStart());
    return last;
  }

  #mentionsMacro(text: string): boolean {
    const names = text.match(/[A-Za-z_$][\w$]*/g);
    if (names === null) return false;
    return names.some((name) => this.#macros.has(name) || name === '__LINE__' || name === '__FILE__');
  }

  #located(tokens: Token[], file: string, line: number): Token[] {
    return tokens.map((token) => {
      if (token.text === '__LINE__') return { ...token, kind: 'number', text: String(line) };
      if (token.text === '__FILE__') return { ...token, kind: 'string', text: `"${file}"` };
      return token;
    });
  }

  #directive(file: string, line: LogicalLine, open: Conditional[]): void {
    const active = open.at(-1)?.active !== false;
    switch (line.directive) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        this.#openConditional(file, line, open, active);
        return;
      case 'elif':
      case 'else':
      case 'endif':
        this.#moveConditional(file, line, open);
        return;
    }
    if (!active) return;
    switch (line.directive) {
      case 'define':
        this.#define(file, line);
        return;
      case 'undef':
        this.#macros.delete(line.rest.split(/\s/)[0] ?? '');
        return;
      case 'include':
        this.#include(file, line);
        return;
      case 'error':
        throw this.#problem(`#error ${line.rest}`, file, line.line);
    }
  }

  #openConditional(file: string, line: LogicalLine, open: Conditional[], outer: boolean): void {
    const active = outer && this.#holds(file, line);
    open.push({ line: line.line, outer, active, taken: active, seenElse: false });
  }

  #holds(file: string, line: LogicalLine): boolean {
    if (line.directive === 'if' || line.directive === 'elif') {
      return this.#guarded(file, line.line, () => evaluateCondition(line.rest, this.#macros, this.#budget));
    }
    const name = /^[A-Za-z_$][\w$]*/.exec(line.rest)?.[0];
    if (name === undefined) throw this.#problem(`#${line.directive} needs a name`, file, line.line);
    return this.#macros.has(name) === (line.directive === 'ifdef');
  }

  #moveConditional(file: string, line: LogicalLine, open: Conditional[]): void {
    const current = open.at(-1);
    if (current === undefined) throw this.#problem(`#${line.directive} without #if`, file, line.line);
    if (line.directive === 'endif') {
      open.pop();
      return;
    }
    if (current.seenElse) throw this.#problem(`#${line.directive} after #else`, file, line.line);
    if (line.directive === 'else') current.seenElse = true;
    current.active =
      current.outer && !current.taken && (line.directive === 'else' || this.#holds(file, line));
    current.taken ||= current.active;
  }

  #define(file: string, line: LogicalLine): void {
    const macro = definitionOf(line);
    if (typeof macro === 'string') throw this.#problem(macro, file, line.line);
    this.#macros.set(macro.name, macro);
  }

  #include(file: string, line: LogicalLine): void {
    const direct = /^(?:"([^"]+)"|<([^>]+)>)/.exec(line.rest);
    const expanded = () =>
      this.#guarded(file, line.line, () => expandText(line.rest, this.#macros, this.#budget));
    const wanted = direct ?? /^(?:"([^"]+)"|<\s*([^>]+?)\s*>)/.exec(expanded().trim());
    const name = wanted?.[1] ?? wanted?.[2];
    if (wanted === null || name === undefined) {
      throw this.#problem('#include needs "FILE" or <FILE>', file, line.line);
    }
    const found = this.#search.find(name, wanted[1] === undefined ? undefined : file);
    if ('tried' in found) {
      throw inputError(
        'include-missing',
        { name, tried: found.tried },
        { position: { file, line: line.line } },
      );
    }
    if (this.#stack.length >= maxIncludeDepth) {
      const isCyclic = this.#stack.includes(found.path);
      throw this.#problem(
        `${isCyclic ? `${found.path} includes itself without end` : '#include nested too deeply'}`,
        file,
        line.line,
      );
    }
    this.#file(found.path, found.lines);
    this.#marker(file, line.line + line.height);
  }

  #guarded<Result>(file: string, line: number, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof ExpansionProblem || error instanceof ConditionProblem) {
        throw this.#problem(error.message, file, line);
      }
      throw error;
    }
  }

  #problem(problem: string, file: string, line: number): InputError {
    return inputError('source-broken', { problem }, { position: { file, line } });
  }

  #marker(file: string, line: number): void {
    // Two markers in a row: the first one has nothing to mark.
    if (this.#output.at(-1)?.startsWith('# ') === true) this.#output.pop();
    this.#output.push(`# ${line} "${file.replace(/[\\"]/g, '\\$&')}"`);
    this.#outputLine = line;
  }

  /** Brings the output to a line of the file: by empty lines where few are missing, else by a marker. */
  #seek(file: string, line: number): void {
    const missing = line - this.#outputLine;
    if (missing < 0 || missing > 8) this.#marker(file, line);
    else for (let count = 0; count < missing; count++) this.#emit('');
  }

  #emit(text: string): void {
    this.#output.push(text);
    this.#outputLine += 1 + (text.includes('\n') ? text.split('\n').length - 1 : 0);
  }
}

const definitions = new WeakMap<LogicalLine, Macro | string>();

/** A definition is read once, however many boards include its header. */
function definitionOf(line: LogicalLine): Macro | string {
  const known = definitions.get(line);
  if (known !== undefined) return known;
  const macro = parseDefinition(line.rest);
  definitions.set(line, macro);
  return macro;
}
