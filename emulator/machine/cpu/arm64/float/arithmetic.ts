import {
  bitLength,
  type Exact,
  type FloatFormat,
  flushed,
  isInfinite,
  isNotNumber,
  isSignalling,
  isZero,
  putTogether,
  takeApart,
} from './format.ts';
import { exceptions, type FloatUnit } from './unit.ts';

/** Operations on floating-point numbers given as bits; the unit says how, and gathers the exceptions. */

/** The NaN that an operation on a NaN gives: the first signalling one, made quiet, else the first. */
export function propagate(
  of: FloatFormat,
  unit: FloatUnit,
  ...operands: readonly bigint[]
): bigint | undefined {
  const chosen =
    operands.find((value) => isSignalling(value, of)) ?? operands.find((value) => isNotNumber(value, of));
  if (chosen === undefined) return undefined;
  if (isSignalling(chosen, of)) unit.raise(exceptions.invalid);
  return unit.defaultNaN ? of.defaultNaN : chosen | of.quiet;
}

/** What an operation without a meaningful result gives. */
export function invalid(of: FloatFormat, unit: FloatUnit): bigint {
  unit.raise(exceptions.invalid);
  return of.defaultNaN;
}

function sum(a: Exact, b: Exact, unit: FloatUnit): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ negative, magnitude, exponent: own }: Exact): bigint =>
    (negative ? -magnitude : magnitude) << BigInt(own - exponent);
  const total = scaled(a) + scaled(b);
  if (total === 0n) {
    const negative = a.negative === b.negative ? a.negative : unit.rounding === 'down';
    return { negative, magnitude: 0n, exponent: 0 };
  }
  return { negative: total < 0n, magnitude: total < 0n ? -total : total, exponent };
}

function addRead(a: bigint, b: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  if (isInfinite(a, of) || isInfinite(b, of)) {
    if (isInfinite(a, of) && isInfinite(b, of) && a !== b) return invalid(of, unit);
    return isInfinite(a, of) ? a : b;
  }
  return putTogether(sum(takeApart(a, of), takeApart(b, of), unit), of, unit);
}

export function add(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  return propagate(of, unit, a, b) ?? addRead(a, b, of, unit);
}

export function subtract(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  return propagate(of, unit, a, b) ?? addRead(a, b ^ of.sign, of, unit);
}

function product(a: Exact, b: Exact): Exact {
  return {
    negative: a.negative !== b.negative,
    magnitude: a.magnitude * b.magnitude,
    exponent: a.exponent + b.exponent,
  };
}

const signOfProduct = (a: bigint, b: bigint, of: FloatFormat): bigint => (a ^ b) & of.sign;

export function multiply(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  const nan = propagate(of, unit, a, b);
  if (nan !== undefined) return nan;
  if (isInfinite(a, of) || isInfinite(b, of)) {
    if (isZero(a, of) || isZero(b, of)) return invalid(of, unit);
    return signOfProduct(a, b, of) | of.infinity;
  }
  return putTogether(product(takeApart(a, of), takeApart(b, of)), of, unit);
}

export function divide(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  const nan = propagate(of, unit, a, b);
  if (nan !== undefined) return nan;
  const sign = signOfProduct(a, b, of);
  if (isInfinite(a, of)) return isInfinite(b, of) ? invalid(of, unit) : sign | of.infinity;
  if (isInfinite(b, of)) return sign;
  if (isZero(b, of)) {
    if (isZero(a, of)) return invalid(of, unit);
    unit.raise(exceptions.divisionByZero);
    return sign | of.infinity;
  }
  const [x, y] = [takeApart(a, of), takeApart(b, of)];
  const scale = 130n;
  const quotient = (x.magnitude << scale) / y.magnitude;
  // A remainder only matters in so far as there is one.
  const sticky = (x.magnitude << scale) % y.magnitude === 0n ? 0n : 1n;
  const exponent = x.exponent - y.exponent - Number(scale) - 1;
  return putTogether({ negative: sign !== 0n, magnitude: quotient * 2n + sticky, exponent }, of, unit);
}

function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export function squareRoot(value: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const a = flushed(value, of, unit);
  const nan = propagate(of, unit, a);
  if (nan !== undefined) return nan;
  if (isZero(a, of)) return a;
  if ((a & of.sign) !== 0n) return invalid(of, unit);
  if (isInfinite(a, of)) return a;
  const { magnitude, exponent } = takeApart(a, of);
  const shift = 130 + (exponent & 1);
  const scaled = magnitude << BigInt(shift);
  const root = integerRoot(scaled);
  const sticky = root * root === scaled ? 0n : 1n;
  const exact = { negative: false, magnitude: root * 2n + sticky, exponent: (exponent - shift) / 2 - 1 };
  return putTogether(exact, of, unit);
}

/** Whether a product is infinity times zero. */
export function isMeaningless(a: bigint, b: bigint, of: FloatFormat): boolean {
  return (isInfinite(a, of) && isZero(b, of)) || (isZero(a, of) && isInfinite(b, of));
}

/** addend + x * y, rounded once. */
export function multiplyAdd(augend: bigint, x: bigint, y: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [addend, a, b] = [flushed(augend, of, unit), flushed(x, of, unit), flushed(y, of, unit)];
  const nan = propagate(of, unit, addend, a, b);
  if (isMeaningless(a, b, of) && !isSignalling(addend, of)) return invalid(of, unit);
  if (nan !== undefined) return nan;
  if (isInfinite(a, of) || isInfinite(b, of)) {
    const infinite = signOfProduct(a, b, of) | of.infinity;
    return isInfinite(addend, of) && addend !== infinite ? invalid(of, unit) : infinite;
  }
  if (isInfinite(addend, of)) return addend;
  const exact = sum(takeApart(addend, of), product(takeApart(a, of), takeApart(b, of)), unit);
  return putTogether(exact, of, unit);
}

/** (addend + a * b) / 2, rounded once; both factors were read, and are finite or the product is infinite. */
export function halvedMultiplyAdd(
  addend: bigint,
  a: bigint,
  b: bigint,
  of: FloatFormat,
  unit: FloatUnit,
): bigint {
  if (isInfinite(a, of) || isInfinite(b, of)) return signOfProduct(a, b, of) | of.infinity;
  const exact = sum(takeApart(addend, of), product(takeApart(a, of), takeApart(b, of)), unit);
  return putTogether({ ...exact, exponent: exact.exponent - 1 }, of, unit);
}

/** Which NaNs a comparison is told of: all, or signalling ones only. */
export type Comparison = 'signalling' | 'quiet';

/** The order of two numbers: -1, 0, 1, or undefined with a NaN. */
export function compare(
  first: bigint,
  second: bigint,
  of: FloatFormat,
  unit: FloatUnit,
  kind: Comparison,
): -1 | 0 | 1 | undefined {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  if (isNotNumber(a, of) || isNotNumber(b, of)) {
    if (kind === 'signalling' || isSignalling(a, of) || isSignalling(b, of)) unit.raise(exceptions.invalid);
    return undefined;
  }
  return order(a, b, of);
}

function order(a: bigint, b: bigint, of: FloatFormat): -1 | 0 | 1 {
  if (isZero(a, of) && isZero(b, of)) return 0;
  const key = (value: bigint): bigint => ((value & of.sign) === 0n ? value : -(value & (of.sign - 1n)));
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Maximum or minimum; of two zeroes the positive one is larger. */
export function extreme(
  first: bigint,
  second: bigint,
  of: FloatFormat,
  unit: FloatUnit,
  largest: boolean,
): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  const nan = propagate(of, unit, a, b);
  if (nan !== undefined) return nan;
  if (isZero(a, of) && isZero(b, of)) return largest ? a & b : a | b;
  return order(a, b, of) > 0 === largest ? a : b;
}

/** As `extreme`, but a quiet NaN beside a number counts as nothing. */
export function extremeNumber(
  a: bigint,
  b: bigint,
  of: FloatFormat,
  unit: FloatUnit,
  largest: boolean,
): bigint {
  const quiet = (value: bigint): boolean => isNotNumber(value, of) && !isSignalling(value, of);
  const worst = largest ? of.sign | of.infinity : of.infinity;
  const [x, y] = [quiet(a) && !isNotNumber(b, of) ? worst : a, quiet(b) && !isNotNumber(a, of) ? worst : b];
  return extreme(x, y, of, unit, largest);
}
