import { halvedMultiplyAdd, invalid, isMeaningless, multiplyAdd, propagate } from './arithmetic.ts';
import { bitLength, type FloatFormat, flushed, isInfinite, isZero, takeApart } from './format.ts';
import { exceptions, type FloatUnit } from './unit.ts';

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
  const missing = of.fractionBits + 1 - bitLength(magnitude);
  return { fraction: magnitude << BigInt(missing), exponent: exponent - missing + of.bias + of.fractionBits };
}

/** FRECPE */
export function reciprocalEstimate(bits: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const value = flushed(bits, of, unit);
  const nan = propagate(of, unit, value);
  if (nan !== undefined) return nan;
  const sign = value & of.sign;
  if (isInfinite(value, of)) return sign;
  if (isZero(value, of)) {
    unit.raise(exceptions.divisionByZero);
    return sign | of.infinity;
  }
  const { fraction, exponent } = normalised(value, of);
  // Below 2^-(bias + 1) the reciprocal is beyond the largest number.
  if (exponent < -1) {
    unit.raise(exceptions.overflow | exceptions.inexact);
    const saturates = unit.rounding === 'zero' || unit.rounding === (sign === 0n ? 'down' : 'up');
    return sign | (saturates ? of.infinity - 1n : of.infinity);
  }
  const scaled = Number(fraction >> BigInt(of.fractionBits - 8));
  const estimate = BigInt(reciprocal(scaled) & 255) << BigInt(of.fractionBits - 8);
  const result = 2 * of.bias - 1 - exponent;
  if (result > 0) return sign | (BigInt(result) << BigInt(of.fractionBits)) | estimate;
  if (unit.flushesToZero) {
    unit.raise(exceptions.underflow);
    return sign;
  }
  const leading = (1n << BigInt(of.fractionBits)) | estimate;
  return sign | (leading >> BigInt(1 - result));
}

/** FRSQRTE */
export function inverseRootEstimate(bits: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const value = flushed(bits, of, unit);
  const nan = propagate(of, unit, value);
  if (nan !== undefined) return nan;
  const sign = value & of.sign;
  if (isZero(value, of)) {
    unit.raise(exceptions.divisionByZero);
    return sign | of.infinity;
  }
  if (sign !== 0n) return invalid(of, unit);
  if (isInfinite(value, of)) return 0n;
  const { fraction, exponent } = normalised(value, of);
  const odd = (exponent & 1) === 1;
  const scaled = Number(fraction >> BigInt(of.fractionBits - (odd ? 7 : 8)));
  const estimate = BigInt(inverseRoot(scaled) & 255) << BigInt(of.fractionBits - 8);
  const result = Math.floor((3 * of.bias - 1 - exponent) / 2);
  return (BigInt(result) << BigInt(of.fractionBits)) | estimate;
}

/** FRECPX: the exponent, inverted. */
export function reciprocalExponent(bits: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const value = flushed(bits, of, unit);
  const nan = propagate(of, unit, value);
  if (nan !== undefined) return nan;
  const exponent = value & of.infinity;
  const step = 1n << BigInt(of.fractionBits);
  return (value & of.sign) | (exponent === 0n ? of.infinity - step : exponent ^ of.infinity);
}

const small = (value: number, of: FloatFormat): bigint => {
  const exponent = Math.floor(Math.log2(value));
  const fraction = BigInt((value / 2 ** exponent - 1) * 2) << BigInt(of.fractionBits - 1);
  return (BigInt(exponent + of.bias) << BigInt(of.fractionBits)) | fraction;
};

/** FRECPS: 2 - a * b, rounded once. */
export function reciprocalStep(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit) ^ of.sign, flushed(second, of, unit)];
  if (isMeaningless(a, b, of)) return small(2, of);
  return propagate(of, unit, a, b) ?? multiplyAdd(small(2, of), a, b, of, unit);
}

/** FRSQRTS: (3 - a * b) / 2, rounded once. */
export function inverseRootStep(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit) ^ of.sign, flushed(second, of, unit)];
  const nan = propagate(of, unit, a, b);
  if (nan !== undefined) return nan;
  if (isMeaningless(a, b, of)) return small(1.5, of);
  return halvedMultiplyAdd(small(3, of), a, b, of, unit);
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
