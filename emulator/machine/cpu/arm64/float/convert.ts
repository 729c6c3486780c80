import { type FloatControl, propagate } from './arithmetic.ts';
import {
  type FloatFormat,
  isInfinite,
  isNotNumber,
  isZero,
  putTogether,
  type RoundingMode,
  takeApart,
  toInteger,
} from './format.ts';

/** A number as an integer of `width` bits, rounded and saturated; a NaN gives zero. */
export function floatToInteger(
  value: bigint,
  of: FloatFormat,
  width: number,
  signed: boolean,
  mode: RoundingMode,
  fractionBits = 0,
): bigint {
  if (isNotNumber(value, of)) return 0n;
  const top = 1n << BigInt(signed ? width - 1 : width);
  const [least, most] = [signed ? -top : 0n, top - 1n];
  if (isInfinite(value, of)) return BigInt.asUintN(width, (value & of.sign) !== 0n ? least : most);
  const exact = takeApart(value, of);
  const integer = toInteger({ ...exact, exponent: exact.exponent + fractionBits }, mode);
  return BigInt.asUintN(width, integer < least ? least : integer > most ? most : integer);
}

/** An integer, divided by 2^fractionBits, as a number. */
export function integerToFloat(value: bigint, of: FloatFormat, mode: RoundingMode, fractionBits = 0): bigint {
  const negative = value < 0n;
  return putTogether({ negative, magnitude: negative ? -value : value, exponent: -fractionBits }, of, mode);
}

/** Between formats; a NaN keeps the upper part of its payload. */
export function convertFormat(
  value: bigint,
  from: FloatFormat,
  to: FloatFormat,
  control: FloatControl,
): bigint {
  const sign = (value & from.sign) === 0n ? 0n : to.sign;
  if (isNotNumber(value, from)) {
    if (control.defaultNaN) return to.defaultNaN;
    const payload = value & (from.quiet - 1n);
    const shift = BigInt(to.fractionBits - from.fractionBits);
    return sign | to.defaultNaN | (shift >= 0n ? payload << shift : payload >> -shift);
  }
  if (isInfinite(value, from)) return sign | to.infinity;
  return putTogether(takeApart(value, from), to, control.rounding);
}

/** A number rounded to a whole one, in its own format. */
export function roundToIntegral(
  value: bigint,
  of: FloatFormat,
  mode: RoundingMode,
  control: FloatControl,
): bigint {
  const nan = propagate(of, control, value);
  if (nan !== undefined) return nan;
  if (isInfinite(value, of) || isZero(value, of)) return value;
  const integer = toInteger(takeApart(value, of), mode);
  return integer === 0n ? value & of.sign : integerToFloat(integer, of, 'even');
}
