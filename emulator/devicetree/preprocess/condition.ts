import { type ExpansionBudget, expandTokens } from './expand.ts';
import type { Macro } from './macro.ts';
import { type Token, tokenize } from './token.ts';

/** A condition that is no integer expression. */
export class ConditionProblem extends Error {}

/** A value of the preprocessor's arithmetic: 64 bits, signed unless a suffix or an operand says otherwise. */
interface Value {
  readonly bits: bigint;
  readonly unsigned: boolean;
}

/** Evaluates the condition of `#if` or `#elif`: integers, `defined`, and names that are no macros as 0. */
export function evaluateCondition(
  text: string,
  macros: ReadonlyMap<string, Macro>,
  budget: ExpansionBudget,
): boolean {
  const tokens = expandTokens(resolveDefined(tokenize(text), macros), macros, budget);
  if (tokens.length === 0) throw new ConditionProblem('a condition is missing');
  const parser = new ConditionParser(tokens);
  const value = parser.ternary(true);
  parser.expectEnd();
  return value.bits !== 0n;
}

/** Puts 1 or 0 for `defined NAME` and `defined(NAME)`, before anything is expanded. */
function resolveDefined(tokens: readonly Token[], macros: ReadonlyMap<string, Macro>): Token[] {
  const result: Token[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) continue;
    if (token.text !== 'defined') {
      result.push(token);
      continue;
    }
    const inParentheses = tokens[index + 1]?.text === '(';
    const name = tokens[index + (inParentheses ? 2 : 1)];
    if (name?.kind !== 'identifier') throw new ConditionProblem('"defined" needs a name');
    if (inParentheses && tokens[index + 3]?.text !== ')')
      throw new ConditionProblem('missing ")" after "defined"');
    result.push({ kind: 'number', text: macros.has(name.text) ? '1' : '0', spaced: token.spaced });
    index += inParentheses ? 3 : 1;
  }
  return result;
}

const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const truth = (value: boolean): Value => ({ bits: value ? 1n : 0n, unsigned: false });

function wrapped(bits: bigint, unsigned: boolean): Value {
  return { bits: unsigned ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits), unsigned };
}

const deepestCondition = 500;

class ConditionParser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expectEnd(): void {
    const token = this.#tokens[this.#index];
    if (token !== undefined) throw new ConditionProblem(`"${token.text}" is not expected in a condition`);
  }

  /** `live` is false in branches that do not count: there, dividing by 0 is no mistake. */
  ternary(live: boolean): Value {
    this.#enter();
    const value = this.#choice(live);
    this.#depth -= 1;
    return value;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepestCondition) throw new ConditionProblem('a condition nests too deeply');
  }

  #choice(live: boolean): Value {
    const condition = this.#binary(1, live);
    if (this.#peek() !== '?') return condition;
    this.#index += 1;
    const isTrue = condition.bits !== 0n;
    const yes = this.ternary(live && isTrue);
    this.#take(':');
    const no = this.ternary(live && !isTrue);
    return wrapped((isTrue ? yes : no).bits, yes.unsigned || no.unsigned);
  }

  #binary(least: number, live: boolean): Value {
    let left = this.#unary(live);
    for (;;) {
      const operator = this.#peek();
      const level = operator === undefined ? undefined : precedence[operator];
      if (operator === undefined || level === undefined || level < least) return left;
      this.#index += 1;
      const decided = (operator === '&&' && left.bits === 0n) || (operator === '||' && left.bits !== 0n);
      const right = this.#binary(level + 1, live && !decided);
      left = apply(operator, left, right, live);
    }
  }

  #unary(live: boolean): Value {
    this.#enter();
    const value = this.#operand(live);
    this.#depth -= 1;
    return value;
  }

  #operand(live: boolean): Value {
    const token = this.#tokens[this.#index++];
    if (token === undefined) throw new ConditionProblem('a condition ends too early');
    if (token.kind === 'number') return numberOf(token.text);
    if (token.kind === 'identifier') return truth(false);
    if (token.kind === 'string') return characterOf(token.text);
    switch (token.text) {
      case '(': {
        const value = this.ternary(live);
        this.#take(')');
        return value;
      }
      case '!':
        return truth(this.#unary(live).bits === 0n);
      case '~': {
        const value = this.#unary(live);
        return wrapped(~value.bits, value.unsigned);
      }
      case '-': {
        const value = this.#unary(live);
        return wrapped(-value.bits, value.unsigned);
      }
      case '+':
        return this.#unary(live);
      default:
        throw new ConditionProblem(`"${token.text}" is not expected in a condition`);
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#index]?.text;
  }

  #take(text: string): void {
    if (this.#peek() !== text) throw new ConditionProblem(`missing "${text}" in a condition`);
    this.#index += 1;
  }
}

function numberOf(text: string): Value {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d{1,99})([uUlL]*)$/.exec(text);
  const digits = match?.[1];
  if (match === null || digits === undefined) throw new ConditionProblem(`"${text}" is no integer`);
  const octal = /^0[0-7]+$/.test(digits);
  const bits = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return wrapped(bits, /u/i.test(match[2] ?? '') || bits > 0x7fff_ffff_ffff_ffffn);
}

function characterOf(text: string): Value {
  const match = /^'(\\.|[^\\'])'$/.exec(text);
  const character = match?.[1];
  if (character === undefined) throw new ConditionProblem(`${text} is not expected in a condition`);
  const escapes: Readonly<Record<string, number>> = { '\\n': 10, '\\t': 9, '\\0': 0, '\\r': 13 };
  return wrapped(BigInt(escapes[character] ?? character.codePointAt(character.length - 1) ?? 0), false);
}

function apply(operator: string, left: Value, right: Value, live: boolean): Value {
  const unsigned = left.unsigned || right.unsigned;
  const a = wrapped(left.bits, unsigned).bits;
  const b = wrapped(right.bits, unsigned).bits;
  switch (operator) {
    case '||':
      return truth(left.bits !== 0n || right.bits !== 0n);
    case '&&':
      return truth(left.bits !== 0n && right.bits !== 0n);
    case '==':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '>':
      return truth(a > b);
    case '<=':
      return truth(a <= b);
    case '>=':
      return truth(a >= b);
    case '|':
      return wrapped(a | b, unsigned);
    case '^':
      return wrapped(a ^ b, unsigned);
    case '&':
      return wrapped(a & b, unsigned);
    case '<<':
      return wrapped(left.bits << BigInt.asUintN(6, right.bits), left.unsigned);
    case '>>':
      return wrapped(left.bits >> BigInt.asUintN(6, right.bits), left.unsigned);
    case '+':
      return wrapped(a + b, unsigned);
    case '-':
      return wrapped(a - b, unsigned);
    case '*':
      return wrapped(a * b, unsigned);
    default:
      if (b === 0n) {
        if (live) throw new ConditionProblem('division by zero in a condition');
        return wrapped(0n, unsigned);
      }
      return wrapped(operator === '/' ? a / b : a % b, unsigned);
  }
}
