import { propagate } from './arithmetic.ts';
import {
  type FloatFormat,
  flushed,
  isInfinite,
  isNotNumber,
  isSignalling,
  isWhole,
  isZero,
  putTogether,
  type RoundingMode,
  takeApart,
  toInteger,
} from './format.ts';
import { exceptions, type FloatUnit } from './unit.ts';

/** A number as an integer of `width` bits, rounded and saturated; a NaN gives zero. */
export function floatToInteger(
  bits: bigint,
  of: FloatFormat,
  width: number,
  signed: boolean,
  mode: RoundingMode,
  unit: FloatUnit,
  fractionBits = 0,
): bigint {
  const value = flushed(bits, of, unit);
  if (isNotNumber(value, of)) {
    unit.raise(exceptions.invalid);
    return 0n;
  }
  const top = 1n << BigInt(signed ? width - 1 : width);
  const [least, most] = [signed ? -top : 0n, top - 1n];
  if (isInfinite(value, of)) {
    unit.raise(exceptions.invalid);
    return BigInt.asUintN(width, (value & of.sign) !== 0n ? least : most);
  }
  const number = takeApart(value, of);
  const exact = { ...number, exponent: number.exponent + fractionBits };
  const integer = toInteger(exact, mode);
  if (integer < least || integer > most) {
    unit.raise(exceptions.invalid);
    return BigInt.asUintN(width, integer < least ? least : most);
  }
  if (!isWhole(exact)) unit.raise(exceptions.inexact);
  return BigInt.asUintN(width, integer);
}

/** An integer, divided by 2^fractionBits, as a number. */
export function integerToFloat(value: bigint, of: FloatFormat, unit: FloatUnit, fractionBits = 0): bigint {
  const negative = value < 0n;
  return putTogether({ negative, magnitude: negative ? -value : value, exponent: -fractionBits }, of, unit);
}

/** Between formats; a NaN keeps the upper part of its payload. */
export function convertFormat(
  bits: bigint,
  from: FloatFormat,
  to: FloatFormat,
  unit: FloatUnit,
  mode: RoundingMode = unit.rounding,
): bigint {
  const value = flushed(bits, from, unit);
  const sign = (value & from.sign) === 0n ? 0n : to.sign;
  const { hasAlternativeHalf: alternative } = unit;
  if (alternative && from.bits === 16) return putTogether(takeApart(value, from), to, unit, mode);
  if (isNotNumber(value, from)) {
    if (isSignalling(value, from)) unit.raise(exceptions.invalid);
    if (alternative && to.bits === 16) {
      unit.raise(exceptions.invalid);
      return sign;
    }
    if (unit.defaultNaN) return to.defaultNaN;
    const payload = value & (from.quiet - 1n);
    const shift = BigInt(to.fractionBits - from.fractionBits);
    return sign | to.defaultNaN | (shift >= 0n ? payload << shift : payload >> -shift);
  }
  if (isInfinite(value, from)) {
    if (!alternative || to.bits !== 16) return sign | to.infinity;
    unit.raise(exceptions.invalid);
    return sign | (to.sign - 1n);
  }
  return putTogether(takeApart(value, from), to, unit, mode);
}

/** A number rounded to a whole one, in its own format; `exact` ones tell where it was not whole. */
export function roundToIntegral(
  bits: bigint,
  of: FloatFormat,
  mode: RoundingMode,
  unit: FloatUnit,
  exact: boolean,
): bigint {
  const value = flushed(bits, of, unit);
  const nan = propagate(of, unit, value);
  if (nan !== undefined) return nan;
  if (isInfinite(value, of) || isZero(value, of)) return value;
  const number = takeApart(value, of);
  if (exact && !isWhole(number)) unit.raise(exceptions.inexact);
  const integer = toInteger(number, mode);
  return integer === 0n ? value & of.sign : integerToFloat(integer, of, unit);
}
