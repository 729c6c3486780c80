import { type FloatControl, halvedMultiplyAdd, multiplyAdd, propagate } from './arithmetic.ts';
import { type FloatFormat, isInfinite, isNotNumber, isZero, takeApart } from './format.ts';

/** Reciprocal estimates and their Newton steps, to the bit as the architecture defines them. */

/** RecipEstimate(): for 256 to 511, which stand for 0.5 to 1. */
function reciprocal(scaled: number): number {
  const a = scaled * 2 + 1;
  return (Math.floor(2 ** 19 / a) + 1) >> 1;
}

/** RecipSqrtEstimate(): for 128 to 511, which stand for 0.25 to 1. */
function inverseRoot(scaled: number): number {
  const a = scaled < 256 ? scaled * 2 + 1 : (scaled - (scaled & 1) + 1) * 2;
  let b = 512;
  while (a * (b + 1) * (b + 1) < 2 ** 28) b += 1;
  return (b + 1) >> 1;
}

/** A magnitude with its top bit at the format's leading one, and the biased exponent that goes with it. */
function normalised(value: bigint, of: FloatFormat): { fraction: bigint; exponent: number } {
  const { magnitude, exponent } = takeApart(value, of);
  const missing = of.fractionBits + 1 - magnitude.toString(2).length;
  return { fraction: magnitude << BigInt(missing), exponent: exponent - missing + of.bias + of.fractionBits };
}

/** FRECPE */
export function reciprocalEstimate(value: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, value);
  if (nan !== undefined) return nan;
  const sign = value & of.sign;
  if (isInfinite(value, of)) return sign;
  if (isZero(value, of)) return sign | of.infinity;
  const { fraction, exponent } = normalised(value, of);
  const smallest = 1 - of.bias;
  if (exponent - of.bias < smallest - 1) {
    const saturates = control.rounding === 'zero' || control.rounding === (sign === 0n ? 'down' : 'up');
    return sign | (saturates ? of.infinity - 1n : of.infinity);
  }
  const scaled = Number(fraction >> BigInt(of.fractionBits - 8));
  const estimate = BigInt(reciprocal(scaled) & 255) << BigInt(of.fractionBits - 8);
  const result = 2 * of.bias - 1 - exponent;
  if (result > 0) return sign | (BigInt(result) << BigInt(of.fractionBits)) | estimate;
  const leading = (1n << BigInt(of.fractionBits)) | estimate;
  return sign | (leading >> BigInt(1 - result));
}

/** FRSQRTE */
export function inverseRootEstimate(value: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, value);
  if (nan !== undefined) return nan;
  const sign = value & of.sign;
  if (isZero(value, of)) return sign | of.infinity;
  if (sign !== 0n) return of.defaultNaN;
  if (isInfinite(value, of)) return 0n;
  const { fraction, exponent } = normalised(value, of);
  const odd = (exponent & 1) === 1;
  const scaled = Number(fraction >> BigInt(of.fractionBits - (odd ? 7 : 8)));
  const estimate = BigInt(inverseRoot(scaled) & 255) << BigInt(of.fractionBits - 8);
  const result = Math.floor((3 * of.bias - 1 - exponent) / 2);
  return (BigInt(result) << BigInt(of.fractionBits)) | estimate;
}

/** FRECPX: the exponent, inverted. */
export function reciprocalExponent(value: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, value);
  if (nan !== undefined) return nan;
  const exponent = value & of.infinity;
  const step = 1n << BigInt(of.fractionBits);
  return (value & of.sign) | (exponent === 0n ? of.infinity - step : exponent ^ of.infinity);
}

/** Whether a product is infinity times zero. */
function meaningless(a: bigint, b: bigint, of: FloatFormat): boolean {
  return (isInfinite(a, of) && isZero(b, of)) || (isZero(a, of) && isInfinite(b, of));
}

const small = (value: number, of: FloatFormat): bigint => {
  const exponent = Math.floor(Math.log2(value));
  const fraction = BigInt((value / 2 ** exponent - 1) * 2) << BigInt(of.fractionBits - 1);
  return (BigInt(exponent + of.bias) << BigInt(of.fractionBits)) | fraction;
};

/** FRECPS: 2 - a * b, rounded once. */
export function reciprocalStep(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  if (!isNotNumber(a, of) && !isNotNumber(b, of) && meaningless(a, b, of)) return small(2, of);
  const negated = a ^ of.sign;
  return propagate(of, control, negated, b) ?? multiplyAdd(small(2, of), negated, b, of, control);
}

/** FRSQRTS: (3 - a * b) / 2, rounded once. */
export function inverseRootStep(a: bigint, b: bigint, of: FloatFormat, control: FloatControl): bigint {
  const nan = propagate(of, control, a ^ of.sign, b);
  if (nan !== undefined) return nan;
  if (meaningless(a, b, of)) return small(1.5, of);
  return halvedMultiplyAdd(small(3, of), a ^ of.sign, b, of, control);
}

/** URECPE on 32 bits. */
export function unsignedReciprocalEstimate(value: bigint): bigint {
  if ((value & 0x8000_0000n) === 0n) return 0xffff_ffffn;
  return BigInt(reciprocal(Number(value >> 23n))) << 23n;
}

/** URSQRTE on 32 bits. */
export function unsignedInverseRootEstimate(value: bigint): bigint {
  if ((value & 0xc000_0000n) === 0n) return 0xffff_ffffn;
  return BigInt(inverseRoot(Number(value >> 23n))) << 23n;
}
