import type { Macro } from './macro.ts';
import { printTokens, type Token, tokenize } from './token.ts';

/** Tokens still to be looked at, next one last; `more` fetches another line where a macro's arguments need it. */
export interface TokenSource {
  readonly pending: Token[];
  /** Adds the next text line to the front of `pending`; false at the end of the text. */
  more(): boolean;
}

/** The end of input inside a macro's arguments, or a wrong number of them. */
export class ExpansionProblem extends Error {}

/** Far beyond what boards need: 260,000 tokens in all, and macros a thousand deep. */
const mostTokens = 1 << 18;
const deepestExpansion = 1000;

/** What one source may expand to; without a bound, a few lines of macros that double each other never end. */
export class ExpansionBudget {
  #tokens = 0;
  #depth = 0;

  spend(tokens: number, names: number): void {
    this.#tokens += tokens;
    if (this.#tokens > mostTokens) throw new ExpansionProblem('macros expand to too much text');
    if (names > deepestExpansion) throw new ExpansionProblem('macros nest too deeply');
  }

  nested<Result>(work: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > deepestExpansion) throw new ExpansionProblem('arguments of macros nest too deeply');
    const result = work();
    this.#depth -= 1;
    return result;
  }
}

const noMoreLines = (pending: Token[]): TokenSource => ({ pending, more: () => false });

/** Expands a finished list of tokens: C's rules, with the set of names that each token must not become again. */
export function expandTokens(
  tokens: readonly Token[],
  macros: ReadonlyMap<string, Macro>,
  budget: ExpansionBudget,
): Token[] {
  budget.spend(tokens.length, 0);
  return budget.nested(() => expand(noMoreLines([...tokens].reverse()), macros, budget));
}

/** Expands all that a source gives. */
export function expand(
  source: TokenSource,
  macros: ReadonlyMap<string, Macro>,
  budget: ExpansionBudget,
): Token[] {
  const { pending } = source;
  const done: Token[] = [];
  for (let token = pending.pop(); token !== undefined; token = pending.pop()) {
    const macro = token.kind === 'identifier' ? macros.get(token.text) : undefined;
    if (macro === undefined || token.hidden?.has(macro.name) === true) {
      done.push(token);
    } else if (macro.parameters === undefined) {
      if (macro.plain) pushPlain(done, macro, token);
      else
        pushBack(
          pending,
          substitute(macro, new Map(), macros, budget),
          hide(token.hidden, macro.name),
          token.spaced,
          budget,
        );
    } else if (!opensArguments(source)) {
      done.push(token);
    } else {
      const call = collectArguments(source, macro);
      const values = bind(macro, call.values);
      const hidden = hide(intersect(token.hidden, call.closing.hidden), macro.name);
      pushBack(pending, substitute(macro, values, macros, budget), hidden, token.spaced, budget);
    }
  }
  return done;
}

function pushPlain(done: Token[], macro: Macro, at: Token): void {
  for (const [index, token] of macro.body.entries()) {
    done.push(index === 0 && at.spaced ? { ...token, spaced: true } : token);
  }
}

function pushBack(
  pending: Token[],
  tokens: readonly Token[],
  hidden: ReadonlySet<string>,
  spaced: boolean,
  budget: ExpansionBudget,
): void {
  budget.spend(tokens.length, hidden.size);
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index];
    if (token === undefined) continue;
    const all = token.hidden === undefined ? hidden : union(token.hidden, hidden);
    pending.push({ ...token, spaced: index === 0 ? spaced : token.spaced, hidden: all });
  }
}

// The same few sets arise over and over: each is made once.
const longerSets = new WeakMap<ReadonlySet<string>, Map<string, ReadonlySet<string>>>();
const unions = new WeakMap<ReadonlySet<string>, WeakMap<ReadonlySet<string>, ReadonlySet<string>>>();
const nothing: ReadonlySet<string> = new Set();

function hide(hidden: ReadonlySet<string> | undefined, name: string): ReadonlySet<string> {
  const from = hidden ?? nothing;
  const known = longerSets.get(from) ?? new Map<string, ReadonlySet<string>>();
  if (known.size === 0) longerSets.set(from, known);
  const longer = known.get(name) ?? new Set([...from, name]);
  known.set(name, longer);
  return longer;
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a === b) return a;
  const known = unions.get(a) ?? new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();
  unions.set(a, known);
  const both = known.get(b) ?? new Set([...a, ...b]);
  known.set(b, both);
  return both;
}

function intersect(a?: ReadonlySet<string>, b?: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (a === undefined || b === undefined || a === b) return a === b ? a : undefined;
  return new Set([...a].filter((name) => b.has(name)));
}

/** Whether the next token that is no line end is `(`; without one the macro's name is just a name. */
function opensArguments(source: TokenSource): boolean {
  const { pending } = source;
  for (let depth = 1; ; depth++) {
    while (pending.length < depth) if (!source.more()) return false;
    const token = pending[pending.length - depth];
    if (token?.kind !== 'newline') return token?.text === '(';
  }
}

interface Call {
  readonly values: Token[][];
  readonly closing: Token;
}

function collectArguments(source: TokenSource, macro: Macro): Call {
  const { pending } = source;
  while (pending.pop()?.text !== '(');
  const values: Token[][] = [[]];
  const fixed = (macro.parameters?.length ?? 0) - (macro.variadic ? 1 : 0);
  for (let depth = 0, breaks = false; ; ) {
    const token = pending.pop();
    if (token === undefined) {
      if (!source.more()) throw new ExpansionProblem(`unterminated argument list of macro "${macro.name}"`);
      continue;
    }
    if (token.kind === 'newline') {
      breaks = true;
      continue;
    }
    if (token.text === ')' && depth === 0) return { values, closing: token };
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    const rest = macro.variadic && values.length > fixed;
    if (token.text === ',' && depth === 0 && !rest) values.push([]);
    else values.at(-1)?.push(breaks ? { ...token, spaced: true } : token);
    breaks = false;
  }
}

function bind(macro: Macro, given: readonly Token[][]): ReadonlyMap<string, readonly Token[]> {
  const names = macro.parameters ?? [];
  const isEmptyCall = given.length === 1 && given[0]?.length === 0;
  const count = names.length === 0 && isEmptyCall ? 0 : given.length;
  const least = macro.variadic ? names.length - 1 : names.length;
  if (count < least || count > names.length) {
    const takes = `takes ${macro.variadic ? `at least ${least}` : least}`;
    throw new ExpansionProblem(`macro "${macro.name}" is given ${count} arguments, but ${takes}`);
  }
  return new Map(names.map((name, index) => [name, given[index] ?? []]));
}

/** The body with arguments put in: `#` makes strings, `##` joins, all else is expanded first. */
function substitute(
  macro: Macro,
  values: ReadonlyMap<string, readonly Token[]>,
  macros: ReadonlyMap<string, Macro>,
  budget: ExpansionBudget,
): Token[] {
  const { body } = macro;
  const result: Token[] = [];
  for (let index = 0; index < body.length; index++) {
    const token = body[index];
    if (token === undefined) continue;
    const next = body[index + 1];
    if (token.text === '#' && macro.parameters !== undefined && next !== undefined && values.has(next.text)) {
      result.push(stringOf(values.get(next.text) ?? [], token.spaced));
      index += 1;
    } else if (token.text === '##' && index > 0 && next !== undefined) {
      const value = values.get(next.text);
      if (isVariadicComma(macro, result, next) && value !== undefined) {
        // GNU: `, ## args` drops the comma where there are no arguments.
        if (value.length === 0) result.pop();
        else result.push(...value);
      } else paste(result, value ?? [next]);
      index += 1;
    } else {
      const value = values.get(token.text);
      const expanded =
        value === undefined || next?.text === '##' ? value : expandTokens(value, macros, budget);
      append(result, expanded ?? [token], token.spaced);
      // An empty argument before `##` must leave something to join to.
      if (next?.text === '##' && value?.length === 0)
        result.push({ kind: 'punctuator', text: '', spaced: token.spaced });
    }
  }
  return result.filter((token) => token.text !== '');
}

function isVariadicComma(macro: Macro, result: readonly Token[], next: Token): boolean {
  return macro.variadic && next.text === macro.parameters?.at(-1) && result.at(-1)?.text === ',';
}

function append(result: Token[], tokens: readonly Token[], spaced: boolean): void {
  for (const [index, token] of tokens.entries()) result.push(index === 0 ? { ...token, spaced } : token);
}

function paste(result: Token[], right: readonly Token[]): void {
  const left = result.pop();
  const [first, ...others] = right;
  if (left === undefined || first === undefined) {
    if (left !== undefined) result.push(left);
    return;
  }
  const joined = tokenize(left.text + first.text);
  append(result, joined, left.spaced);
  result.push(...others);
}

function stringOf(tokens: readonly Token[], spaced: boolean): Token {
  const inside = tokens.map((token, index) => {
    const text = token.kind === 'string' ? token.text.replace(/[\\"]/g, '\\$&') : token.text;
    return token.spaced && index > 0 ? ` ${text}` : text;
  });
  return { kind: 'string', text: `"${inside.join('')}"`, spaced };
}

/** Expands a text with no line ends in it: `#include NAME` and `#if` conditions. */
export function expandText(
  text: string,
  macros: ReadonlyMap<string, Macro>,
  budget: ExpansionBudget,
): string {
  return printTokens(expandTokens(tokenize(text), macros, budget));
}
