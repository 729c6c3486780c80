import { exceptions, type FloatUnit } from './unit.ts';

/** IEEE 754 formats, exactly: numbers as bits, taken apart and put together with every rounding. */

export interface FloatFormat {
  readonly bits: number;
  readonly fractionBits: number;
  readonly bias: number;
  /** Masks, as bits. */
  readonly sign: bigint;
  readonly infinity: bigint;
  readonly quiet: bigint;
  /** What an operation without a meaningful result gives. */
  readonly defaultNaN: bigint;
}

function format(bits: number, fractionBits: number): FloatFormat {
  const exponentBits = bits - 1 - fractionBits;
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << BigInt(fractionBits);
  const quiet = 1n << BigInt(fractionBits - 1);
  return {
    bits,
    fractionBits,
    bias: 2 ** (exponentBits - 1) - 1,
    sign: 1n << BigInt(bits - 1),
    infinity,
    quiet,
    defaultNaN: infinity | quiet,
  };
}

export const half: FloatFormat = format(16, 10);
export const single: FloatFormat = format(32, 23);
export const double: FloatFormat = format(64, 52);

export function formatOf(bits: number): FloatFormat {
  return bits === 64 ? double : bits === 32 ? single : half;
}

export function isNotNumber(value: bigint, { sign, infinity }: FloatFormat): boolean {
  return (value & (sign - 1n)) > infinity;
}

export function isSignalling(value: bigint, of: FloatFormat): boolean {
  return isNotNumber(value, of) && (value & of.quiet) === 0n;
}

export function isInfinite(value: bigint, { sign, infinity }: FloatFormat): boolean {
  return (value & (sign - 1n)) === infinity;
}

export function isZero(value: bigint, { sign }: FloatFormat): boolean {
  return (value & (sign - 1n)) === 0n;
}

/** A finite number: (negative ? -1 : 1) * magnitude * 2^exponent. */
export interface Exact {
  readonly negative: boolean;
  readonly magnitude: bigint;
  readonly exponent: number;
}

export function takeApart(value: bigint, of: FloatFormat): Exact {
  const fraction = value & ((1n << BigInt(of.fractionBits)) - 1n);
  const biased = Number((value & (of.sign - 1n)) >> BigInt(of.fractionBits));
  const magnitude = biased === 0 ? fraction : fraction | (1n << BigInt(of.fractionBits));
  const exponent = Math.max(biased, 1) - of.bias - of.fractionBits;
  return { negative: (value & of.sign) !== 0n, magnitude, exponent };
}

/** To nearest with ties to even, or as FPCR's other modes: up, down, to zero; and the two of conversions only. */
export type RoundingMode = 'even' | 'up' | 'down' | 'zero' | 'away' | 'odd';

/** Whether a magnitude with `dropped` of `of` in its lower part grows by one. */
function roundsUp(
  negative: boolean,
  kept: bigint,
  dropped: bigint,
  whole: bigint,
  mode: RoundingMode,
): boolean {
  if (dropped === 0n) return false;
  switch (mode) {
    case 'even':
      return dropped * 2n > whole || (dropped * 2n === whole && (kept & 1n) === 1n);
    case 'away':
      return dropped * 2n >= whole;
    case 'up':
      return !negative;
    case 'down':
      return negative;
    case 'odd':
      return (kept & 1n) === 0n;
    case 'zero':
      return false;
  }
}

/** More than the exponents of two products differ by; a longer shift changes nothing. */
const longestShift = 8192;

/** magnitude * 2^exponent as an integer. */
export function toInteger({ negative, magnitude, exponent }: Exact, mode: RoundingMode): bigint {
  if (exponent >= 0) return (negative ? -1n : 1n) * (magnitude << BigInt(Math.min(exponent, longestShift)));
  const shift = BigInt(Math.min(-exponent, longestShift));
  const kept = magnitude >> shift;
  const whole = 1n << shift;
  const up = roundsUp(negative, kept, magnitude & (whole - 1n), whole, mode);
  return (negative ? -1n : 1n) * (up ? kept + 1n : kept);
}

/** Whether magnitude * 2^exponent is an integer. */
export function isWhole({ magnitude, exponent }: Exact): boolean {
  if (exponent >= 0) return true;
  return (magnitude & ((1n << BigInt(Math.min(-exponent, longestShift))) - 1n)) === 0n;
}

/** A number as an operation reads it: FPUnpack() with FZ. */
export function flushed(value: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  if (!unit.flushesToZero || of.bits === 16) return value;
  if ((value & of.infinity) !== 0n || isZero(value, of)) return value;
  unit.raise(exceptions.inputDenormal);
  return value & of.sign;
}

/** FPRound(): the bits of an exact number in a format, rounded. */
export function putTogether(
  number: Exact,
  of: FloatFormat,
  unit: FloatUnit,
  mode: RoundingMode = unit.rounding,
): bigint {
  const { negative, magnitude, exponent } = number;
  const sign = negative ? of.sign : 0n;
  if (magnitude === 0n) return sign;
  const leading = exponent + bitLength(magnitude) - 1;
  const lowest = 1 - of.bias - of.fractionBits;
  const isTiny = leading < 1 - of.bias;
  if (isTiny && unit.flushesToZero && of.bits !== 16) {
    unit.raise(exceptions.underflow);
    return sign;
  }
  const wanted = Math.max(leading - of.fractionBits, lowest);
  const scaled = { negative: false, magnitude, exponent: exponent - wanted };
  const rounded = toInteger(scaled, flip(mode, negative));
  // The leading one of a normal number adds one to the exponent, and so does a carry out of the fraction.
  const biased = BigInt(wanted - lowest);
  const bits = (biased << BigInt(of.fractionBits)) + rounded;
  if (of.bits === 16 && unit.hasAlternativeHalf) {
    if (bits >= of.sign) {
      unit.raise(exceptions.invalid);
      return sign | (of.sign - 1n);
    }
  } else if (bits >= of.infinity) {
    unit.raise(exceptions.overflow | exceptions.inexact);
    return sign | (staysFinite(mode, negative) ? of.infinity - 1n : of.infinity);
  }
  if (!isWhole(scaled)) unit.raise(isTiny ? exceptions.underflow | exceptions.inexact : exceptions.inexact);
  return sign | bits;
}

/** Significant bits of a positive number. */
export function bitLength(value: bigint): number {
  if (value < 0x20_0000_0000_0000n) {
    const number = Number(value);
    return number < 0x1_0000_0000 ? 32 - Math.clz32(number) : 64 - Math.clz32(number / 0x1_0000_0000);
  }
  const hex = value.toString(16);
  return hex.length * 4 - 4 + (32 - Math.clz32(Number.parseInt(hex.slice(0, 1), 16)));
}

/** A mode for the magnitude of a negative number. */
function flip(mode: RoundingMode, negative: boolean): RoundingMode {
  if (!negative) return mode;
  return mode === 'up' ? 'down' : mode === 'down' ? 'up' : mode;
}

function staysFinite(mode: RoundingMode, negative: boolean): boolean {
  return mode === 'zero' || mode === 'odd' || mode === (negative ? 'up' : 'down');
}
