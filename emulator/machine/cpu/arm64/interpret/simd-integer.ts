import { exceptions, type FloatUnit } from '../float/unit.ts';
import { leadingSigns, leadingZeroes, reverseUnits } from './integer-sources.ts';

/** What Advanced SIMD integer operations do with one lane, or a pair of lanes; values are unsigned bit patterns. */

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;
export const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);

/** A value held within what `width` bits can say; FPSR's QC tells where that changed it. */
export function saturate(value: bigint, width: number, isSigned: boolean, unit: FloatUnit): bigint {
  const top = 1n << BigInt(isSigned ? width - 1 : width);
  const least = isSigned ? -top : 0n;
  if (value >= least && value < top) return value;
  unit.raise(exceptions.saturated);
  return value < least ? least : top - 1n;
}

/** Shifts left by a signed amount: to the right where it is negative, with rounding where asked for. */
export function shiftBy(value: bigint, amount: number, rounds: boolean): bigint {
  if (amount >= 0) return value << BigInt(Math.min(amount, 256));
  const right = BigInt(Math.min(-amount, 256));
  return (value + (rounds ? 1n << (right - 1n) : 0n)) >> right;
}

/** sshl and its family: the amount is the second operand's lowest byte. */
function variableShift(operation: string, a: bigint, b: bigint, width: number, unit: FloatUnit): bigint {
  const isSigned = operation.startsWith('s');
  const amount = Number(BigInt.asIntN(8, b));
  const value = isSigned ? signed(a, width) : a;
  const shifted = shiftBy(value, amount, operation.includes('r'));
  return operation.includes('q') ? saturate(shifted, width, isSigned, unit) : shifted;
}

export function polynomialMultiply(a: bigint, b: bigint, width: number): bigint {
  let result = 0n;
  for (let index = 0n; index < BigInt(width); index += 1n) if ((a >> index) & 1n) result ^= b << index;
  return result;
}

type Lane = (a: bigint, b: bigint, width: number, unit: FloatUnit) => bigint;
const all = (condition: boolean, width: number): bigint => (condition ? ones(width) : 0n);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Each in both signs: `make(s)` where s reads a lane as signed or not. */
function bothSigns(
  name: string,
  make: (read: (value: bigint, width: number) => bigint, isSigned: boolean) => Lane,
): [string, Lane][] {
  return [
    [`s${name}`, make(signed, true)],
    [`u${name}`, make((value) => value, false)],
  ];
}

const doubled = (a: bigint, b: bigint, width: number, rounds: boolean, unit: FloatUnit): bigint => {
  const product = 2n * signed(a, width) * signed(b, width);
  const rounded = product + (rounds ? 1n << BigInt(width - 1) : 0n);
  return saturate(rounded >> BigInt(width), width, true, unit);
};

/** Operations on lanes of two registers. */
export const laneOperations: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ...bothSigns('hadd', (read) => (a, b, w) => (read(a, w) + read(b, w)) >> 1n),
  ...bothSigns('rhadd', (read) => (a, b, w) => (read(a, w) + read(b, w) + 1n) >> 1n),
  ...bothSigns('hsub', (read) => (a, b, w) => (read(a, w) - read(b, w)) >> 1n),
  ...bothSigns('qadd', (read, is) => (a, b, w, unit) => saturate(read(a, w) + read(b, w), w, is, unit)),
  ...bothSigns('qsub', (read, is) => (a, b, w, unit) => saturate(read(a, w) - read(b, w), w, is, unit)),
  ...bothSigns('max', (read) => (a, b, w) => (read(a, w) > read(b, w) ? a : b)),
  ...bothSigns('min', (read) => (a, b, w) => (read(a, w) < read(b, w) ? a : b)),
  ...bothSigns('abd', (read) => (a, b, w) => abs(read(a, w) - read(b, w))),
  ...['sshl', 'ushl', 'sqshl', 'uqshl', 'srshl', 'urshl', 'sqrshl', 'uqrshl'].map((name): [string, Lane] => [
    name,
    (a, b, w, unit) => variableShift(name, a, b, w, unit),
  ]),
  ['cmgt', (a, b, w) => all(signed(a, w) > signed(b, w), w)],
  ['cmge', (a, b, w) => all(signed(a, w) >= signed(b, w), w)],
  ['cmhi', (a, b, w) => all(a > b, w)],
  ['cmhs', (a, b, w) => all(a >= b, w)],
  ['cmeq', (a, b, w) => all(a === b, w)],
  ['cmtst', (a, b, w) => all((a & b) !== 0n, w)],
  ['add', (a, b) => a + b],
  ['sub', (a, b) => a - b],
  ['mul', (a, b) => a * b],
  ['pmul', polynomialMultiply],
  ['sqdmulh', (a, b, w, unit) => doubled(a, b, w, false, unit)],
  ['sqrdmulh', (a, b, w, unit) => doubled(a, b, w, true, unit)],
  ['and', (a, b) => a & b],
  ['bic', (a, b) => a & ~b],
  ['orr', (a, b) => a | b],
  ['orn', (a, b) => a | ~b],
  ['eor', (a, b) => a ^ b],
]);

/** Operations that also read the lane they write. */
export const accumulating: ReadonlyMap<string, (old: bigint, a: bigint, b: bigint, width: number) => bigint> =
  new Map([
    ['saba', (old, a, b, w) => old + abs(signed(a, w) - signed(b, w))],
    ['uaba', (old, a, b) => old + abs(a - b)],
    ['mla', (old, a, b) => old + a * b],
    ['mls', (old, a, b) => old - a * b],
    ['bsl', (old, a, b) => b ^ ((b ^ a) & old)],
    ['bit', (old, a, b) => old ^ ((old ^ a) & b)],
    ['bif', (old, a, b) => old ^ ((old ^ a) & ~b)],
  ]);

type One = (value: bigint, width: number, old: bigint, unit: FloatUnit) => bigint;

/** Operations on one lane; `old` is the lane written to. */
export const oneLaneOperations: ReadonlyMap<string, One> = new Map<string, One>([
  ['suqadd', (a, w, old, unit) => saturate(signed(old, w) + a, w, true, unit)],
  ['usqadd', (a, w, old, unit) => saturate(old + signed(a, w), w, false, unit)],
  ['cls', (a, w) => BigInt(leadingSigns(a, w))],
  ['clz', (a, w) => BigInt(leadingZeroes(a, w))],
  ['cnt', (a) => BigInt(a.toString(2).replaceAll('0', '').length)],
  ['sqabs', (a, w, _old, unit) => saturate(abs(signed(a, w)), w, true, unit)],
  ['sqneg', (a, w, _old, unit) => saturate(-signed(a, w), w, true, unit)],
  ['cmgt', (a, w) => all(signed(a, w) > 0n, w)],
  ['cmge', (a, w) => all(signed(a, w) >= 0n, w)],
  ['cmeq', (a, w) => all(a === 0n, w)],
  ['cmle', (a, w) => all(signed(a, w) <= 0n, w)],
  ['cmlt', (a, w) => all(signed(a, w) < 0n, w)],
  ['abs', (a, w) => abs(signed(a, w))],
  ['neg', (a) => -a],
  ['not', (a) => ~a],
  ['rbit', (a) => reverseUnits(a, 8, 8, 1)],
]);
