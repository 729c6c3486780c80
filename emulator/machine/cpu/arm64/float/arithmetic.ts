import {
  type Exact,
  type FloatFormat,
  isInfinite,
  isNotNumber,
  isSignalling,
  isZero,
  putTogether,
  type RoundingMode,
  takeApart,
} from './format.ts';

/** Operations on floating-point numbers given as bits. Deviation: exceptions are not recorded in FPSR. */

/** What FPCR says about arithmetic. */
export interface FloatControl {
  readonly rounding: RoundingMode;
  /** Every NaN that comes out is the default one. */
  readonly defaultNaN: boolean;
}

/** The NaN that an operation on a NaN gives: the first signalling one, made quiet, else the first. */
export function propagate(
  of: FloatFormat,
  control: FloatControl,
  ...operands: readonly bigint[]
): bigint | undefined {
  const chosen =
    operands.find((value) => isSignalling(value, of)) ?? operands.find((value) => isNotNumber(value, of));
  if (chosen === undefined) return undefined;
  return control.defaultNaN ? of.defaultNaN : chosen | of.quiet;
}

function sum(a: Exact, b: Exact, control: FloatControl): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = ({ negative, magnitude, exponent: own }: Exact): bigint =>
    (negative ? -magnitude : magnitude) << BigInt(own - exponent);
  const total = scaled(a) + scaled(b);
  if (total === 0n) {
    const negative = a.negative === b.negative ? a.negative : control.rounding === 'down';
    return { negative, magnitude: 0n, exponent: 0 };
  }
  return { negative: total < 0n, magnitude: total < 0n ? -total : total, exponent };
}

export function add(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, a, b);
  if (nan !== undefined) return nan;
  if (isInfinite(a, of) || isInfinite(b, of)) {
    if (isInfinite(a, of) && isInfinite(b, of) && a !== b) return of.defaultNaN;
    return isInfinite(a, of) ? a : b;
  }
  return putTogether(sum(takeApart(a, of), takeApart(b, of), control), of, control.rounding);
}

export function subtract(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  return propagate(of, control, a, b) ?? add(a, b ^ of.sign, of, control);
}

function product(a: Exact, b: Exact): Exact {
  return {
    negative: a.negative !== b.negative,
    magnitude: a.magnitude * b.magnitude,
    exponent: a.exponent + b.exponent,
  };
}

const signOfProduct = (a: bigint, b: bigint, of: FloatFormat): bigint => (a ^ b) & of.sign;

export function multiply(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, a, b);
  if (nan !== undefined) return nan;
  if (isInfinite(a, of) || isInfinite(b, of)) {
    if (isZero(a, of) || isZero(b, of)) return of.defaultNaN;
    return signOfProduct(a, b, of) | of.infinity;
  }
  return putTogether(product(takeApart(a, of), takeApart(b, of)), of, control.rounding);
}

export function divide(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, a, b);
  if (nan !== undefined) return nan;
  const sign = signOfProduct(a, b, of);
  if (isInfinite(a, of)) return isInfinite(b, of) ? of.defaultNaN : sign | of.infinity;
  if (isInfinite(b, of)) return sign;
  if (isZero(b, of)) return isZero(a, of) ? of.defaultNaN : sign | of.infinity;
  const [x, y] = [takeApart(a, of), takeApart(b, of)];
  const scale = 130n;
  const quotient = (x.magnitude << scale) / y.magnitude;
  // A remainder only matters in so far as there is one.
  const sticky = (x.magnitude << scale) % y.magnitude === 0n ? 0n : 1n;
  const exponent = x.exponent - y.exponent - Number(scale) - 1;
  return putTogether(
    { negative: sign !== 0n, magnitude: quotient * 2n + sticky, exponent },
    of,
    control.rounding,
  );
}

function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

export function squareRoot(a: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, a);
  if (nan !== undefined) return nan;
  if (isZero(a, of)) return a;
  if ((a & of.sign) !== 0n) return of.defaultNaN;
  if (isInfinite(a, of)) return a;
  const { magnitude, exponent } = takeApart(a, of);
  const shift = 130 + (exponent & 1);
  const scaled = magnitude << BigInt(shift);
  const root = integerRoot(scaled);
  const sticky = root * root === scaled ? 0n : 1n;
  const exact = { negative: false, magnitude: root * 2n + sticky, exponent: (exponent - shift) / 2 - 1 };
  return putTogether(exact, of, control.rounding);
}

/** addend + a * b, rounded once. */
export function multiplyAdd(
  addend: bigint,
  a: bigint,
  b: bigint,
  of: FloatFormat,
  control: FloatControl,
): bigint {
  const undefinedProduct = (isInfinite(a, of) && isZero(b, of)) || (isZero(a, of) && isInfinite(b, of));
  const nan = propagate(of, control, addend, a, b);
  if (undefinedProduct && isNotNumber(addend, of) && !isSignalling(addend, of)) return of.defaultNaN;
  if (nan !== undefined) return nan;
  if (undefinedProduct) return of.defaultNaN;
  if (isInfinite(a, of) || isInfinite(b, of)) {
    const infinite = signOfProduct(a, b, of) | of.infinity;
    return isInfinite(addend, of) && addend !== infinite ? of.defaultNaN : infinite;
  }
  if (isInfinite(addend, of)) return addend;
  const exact = sum(takeApart(addend, of), product(takeApart(a, of), takeApart(b, of)), control);
  return putTogether(exact, of, control.rounding);
}

/** (addend + a * b) / 2, rounded once; both factors are finite, or the product is infinite. */
export function halvedMultiplyAdd(
  addend: bigint,
  a: bigint,
  b: bigint,
  of: FloatFormat,
  control: FloatControl,
): bigint {
  if (isInfinite(a, of) || isInfinite(b, of)) return signOfProduct(a, b, of) | of.infinity;
  const exact = sum(takeApart(addend, of), product(takeApart(a, of), takeApart(b, of)), control);
  return putTogether({ ...exact, exponent: exact.exponent - 1 }, of, control.rounding);
}

/** The order of two numbers: -1, 0, 1, or undefined with a NaN. */
export function compare(a: bigint, b: bigint, of: FloatFormat): -1 | 0 | 1 | undefined {
  if (isNotNumber(a, of) || isNotNumber(b, of)) return undefined;
  if (isZero(a, of) && isZero(b, of)) return 0;
  const key = (value: bigint): bigint => ((value & of.sign) === 0n ? value : -(value & (of.sign - 1n)));
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Maximum or minimum; of two zeroes the positive one is larger. */
export function extreme(
  a: bigint,
  b: bigint,
  of: FloatFormat,
  control: FloatControl,
  largest: boolean,
): bigint {
  const nan = propagate(of, control, a, b);
  if (nan !== undefined) return nan;
  if (isZero(a, of) && isZero(b, of)) return largest ? a & b : a | b;
  const order = compare(a, b, of) ?? 0;
  return order > 0 === largest ? a : b;
}

/** As `extreme`, but a quiet NaN beside a number counts as nothing. */
export function extremeNumber(
  a: bigint,
  b: bigint,
  of: FloatFormat,
  control: FloatControl,
  largest: boolean,
): bigint {
  const quiet = (value: bigint): boolean => isNotNumber(value, of) && !isSignalling(value, of);
  const worst = largest ? of.sign | of.infinity : of.infinity;
  const [x, y] = [quiet(a) && !isNotNumber(b, of) ? worst : a, quiet(b) && !isNotNumber(a, of) ? worst : b];
  return extreme(x, y, of, control, largest);
}
