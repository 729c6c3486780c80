import jsep from 'jsep';
import { seededNumbers } from '../../base/random.ts';
import { parseSize } from '../../base/units.ts';
import { formatConstants, formatOf, imageBytes, type PixelFormat, strideBytes } from './pixel-formats.ts';

/** The values that names stand for: parameters, variables and loop counters. */
export type Scope = ReadonlyMap<string, bigint>;

/** A text that is no expression, or one that has no value; the message is for the author of the workload. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

type Evaluate = (scope: Scope) => bigint;

/** A formula over whole numbers, such as `alignUp(width * 4, 64) * height`. Numbers may carry units: `64M`. */
export class Expression {
  readonly text: string;
  /** The variables it reads. */
  readonly names: ReadonlySet<string>;
  readonly #evaluate: Evaluate;

  constructor(text: string, names: ReadonlySet<string>, evaluate: Evaluate) {
    this.text = text;
    this.names = names;
    this.#evaluate = evaluate;
  }

  /** Its value; an ExpressionError where a name has none or a division is by zero. */
  evaluate(scope: Scope): bigint {
    return this.#evaluate(scope);
  }
}

/** Reads a formula. Anything but whole-number arithmetic is an ExpressionError. */
export function parseExpression(text: string | number | bigint): Expression {
  const source = String(text);
  const names = new Set<string>();
  return new Expression(source, names, compile(parse(source), source, names));
}

/** Whether a word may name a variable. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text) && !functions.has(text) && !formatConstants.has(text);
}

/** Formulas of people are a line; a text as long as a file would nest deeper than reading it can follow. */
const longestFormula = 1000;

function parse(source: string): jsep.Expression {
  if (source.length > longestFormula) {
    throw new ExpressionError(`a formula has ${longestFormula} characters at most, not ${source.length}`);
  }
  try {
    return jsep(withPlainNumbers(source));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new ExpressionError(`"${source}" is no formula: ${error.message}`);
  }
}

/** `64M` and `0x1000` as decimal digits, the only form that the parser reads. */
function withPlainNumbers(source: string): string {
  return source.replace(/(?<![\w.])\d\w*(?![\w.])/g, (number) => {
    const value = parseSize(number);
    if (value === undefined) throw new ExpressionError(`"${number}" is no number`);
    return String(value);
  });
}

const binary: ReadonlyMap<string, (left: bigint, right: bigint) => bigint> = new Map([
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => bounded(left * right)],
  ['/', (left, right) => left / divisor(right)],
  ['%', (left, right) => left % divisor(right)],
  ['**', (left, right) => bounded(left ** exponent(right))],
  ['==', (left, right) => truth(left === right)],
  ['!=', (left, right) => truth(left !== right)],
  ['<', (left, right) => truth(left < right)],
  ['<=', (left, right) => truth(left <= right)],
  ['>', (left, right) => truth(left > right)],
  ['>=', (left, right) => truth(left >= right)],
  ['&&', (left, right) => truth(left !== 0n && right !== 0n)],
  ['||', (left, right) => truth(left !== 0n || right !== 0n)],
  ['&', (left, right) => left & right],
  ['|', (left, right) => left | right],
  ['<<', (left, right) => bounded(left << exponent(right))],
  ['>>', (left, right) => left >> exponent(right)],
]);

const unary: ReadonlyMap<string, (value: bigint) => bigint> = new Map([
  ['-', (value) => -value],
  ['+', (value) => value],
  ['!', (value) => truth(value === 0n)],
]);

interface NamedFunction {
  readonly arity: number;
  readonly apply: (...values: readonly bigint[]) => bigint;
}

const functions: ReadonlyMap<string, NamedFunction> = new Map([
  ['alignUp', { arity: 2, apply: (value = 0n, step = 0n) => ceilDiv(value, step) * step }],
  ['alignDown', { arity: 2, apply: (value = 0n, step = 0n) => (value / divisor(step)) * step }],
  ['ceilDiv', { arity: 2, apply: (value = 0n, by = 0n) => ceilDiv(value, by) }],
  ['min', { arity: 2, apply: (left = 0n, right = 0n) => (left < right ? left : right) }],
  ['max', { arity: 2, apply: (left = 0n, right = 0n) => (left > right ? left : right) }],
  [
    'lineBytes',
    {
      arity: 3,
      apply: (format = 0n, width = 0n, align = 0n) =>
        strideBytes(pixelFormat(format), measure(width), divisor(align)),
    },
  ],
  [
    'imageBytes',
    {
      arity: 5,
      apply: (format = 0n, width = 0n, height = 0n, align = 0n, rows = 0n) =>
        imageBytes(pixelFormat(format), measure(width), measure(height), divisor(align), divisor(rows)),
    },
  ],
  ['randomBelow', { arity: 2, apply: (which = 0n, below = 0n) => randomBelow(which, divisor(below)) }],
]);

function compile(node: jsep.Expression, source: string, names: Set<string>): Evaluate {
  const part = (child: jsep.Expression) => compile(child, source, names);
  const tree = node as jsep.CoreExpression;
  switch (tree.type) {
    case 'Literal': {
      if (!/^\d+$/.test(tree.raw)) throw new ExpressionError(`"${tree.raw}" is no whole number`);
      const value = BigInt(tree.raw);
      return () => value;
    }
    case 'Identifier': {
      const constant = formatConstants.get(tree.name);
      if (constant !== undefined) return () => constant;
      names.add(tree.name);
      return (scope) => variable(tree.name, scope);
    }
    case 'UnaryExpression': {
      const apply = operation(unary, tree.operator, source);
      const value = part(tree.argument);
      return (scope) => apply(value(scope));
    }
    case 'BinaryExpression': {
      const apply = operation(binary, tree.operator, source);
      const [left, right] = [part(tree.left), part(tree.right)];
      return (scope) => apply(left(scope), right(scope));
    }
    case 'ConditionalExpression': {
      const [test, yes, no] = [part(tree.test), part(tree.consequent), part(tree.alternate)];
      return (scope) => (test(scope) !== 0n ? yes(scope) : no(scope));
    }
    case 'CallExpression': {
      const called = tree.callee.type === 'Identifier' ? String(tree.callee.name) : '';
      const found = functions.get(called);
      if (found === undefined || found.arity !== tree.arguments.length) {
        throw new ExpressionError(`"${source}": known functions are ${signatures()}`);
      }
      const values = tree.arguments.map(part);
      return (scope) => found.apply(...values.map((value) => value(scope)));
    }
    default:
      throw new ExpressionError(`"${source}" is no formula over whole numbers`);
  }
}

function operation<Operation>(
  known: ReadonlyMap<string, Operation>,
  operator: string,
  source: string,
): Operation {
  const found = known.get(operator);
  if (found === undefined) throw new ExpressionError(`"${source}": there is no operator ${operator}`);
  return found;
}

function variable(name: string, scope: Scope): bigint {
  const value = scope.get(name);
  if (value === undefined) throw new ExpressionError(`unknown variable "${name}"${known(scope)}`);
  return value;
}

function known(scope: Scope): string {
  return scope.size === 0 ? '' : `; known are ${[...scope.keys()].join(', ')}`;
}

function signatures(): string {
  return [...functions]
    .map(([name, { arity }]) => `${name}(${'a, b, c, d, e'.slice(0, arity * 3 - 2)})`)
    .join(', ');
}

function pixelFormat(number: bigint): PixelFormat {
  const found = formatOf(number);
  if (found === undefined)
    throw new ExpressionError(
      `${number} is no pixel format; known are ${[...formatConstants.keys()].join(', ')}`,
    );
  return found;
}

/** Widths and heights; a negative one is a slip. */
function measure(value: bigint): bigint {
  if (value < 0n) throw new ExpressionError(`${value} is no width or height`);
  return value;
}

/** A number below `below`, always the same one for the same `which`. */
function randomBelow(which: bigint, below: bigint): bigint {
  const next = seededNumbers(Number(BigInt.asUintN(32, which)));
  const value = (BigInt(next()) << 32n) | BigInt(next());
  return below < 0n ? 0n : value % below;
}

function truth(value: boolean): bigint {
  return value ? 1n : 0n;
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new ExpressionError('division by zero');
  return value;
}

/** Keeps a slip from asking for more memory than there is. */
function exponent(value: bigint): bigint {
  if (value < 0n || value > 64n) throw new ExpressionError(`${value} is no exponent from 0 to 64`);
  return value;
}

/** Far beyond what any call takes; without a bound, powers of powers would fill the memory. */
const largest = 1n << 256n;

function bounded(value: bigint): bigint {
  if (value > largest || value < -largest)
    throw new ExpressionError('a value of the formula is beyond 256 bits');
  return value;
}

function ceilDiv(value: bigint, by: bigint): bigint {
  return (value + divisor(by) - 1n) / by;
}
