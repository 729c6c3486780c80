import { leadingSigns, leadingZeroes, reverseUnits } from './integer-sources.ts';

/** What Advanced SIMD integer operations do with one lane, or a pair of lanes; values are unsigned bit patterns. */

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;
export const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);

/** A value held within what `width` bits can say. */
export function saturate(value: bigint, width: number, isSigned: boolean): bigint {
  const top = 1n << BigInt(isSigned ? width - 1 : width);
  const least = isSigned ? -top : 0n;
  return value < least ? least : value >= top ? top - 1n : value;
}

/** Shifts left by a signed amount: to the right where it is negative, with rounding where asked for. */
export function shiftBy(value: bigint, amount: number, rounds: boolean): bigint {
  if (amount >= 0) return value << BigInt(Math.min(amount, 256));
  const right = BigInt(Math.min(-amount, 256));
  return (value + (rounds ? 1n << (right - 1n) : 0n)) >> right;
}

/** sshl and its family: the amount is the second operand's lowest byte. */
function variableShift(operation: string, a: bigint, b: bigint, width: number): bigint {
  const isSigned = operation.startsWith('s');
  const amount = Number(BigInt.asIntN(8, b));
  const value = isSigned ? signed(a, width) : a;
  const shifted = shiftBy(value, amount, operation.includes('r'));
  return operation.includes('q') ? saturate(shifted, width, isSigned) : shifted;
}

export function polynomialMultiply(a: bigint, b: bigint, width: number): bigint {
  let result = 0n;
  for (let index = 0n; index < BigInt(width); index += 1n) if ((a >> index) & 1n) result ^= b << index;
  return result;
}

type Lane = (a: bigint, b: bigint, width: number) => bigint;
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

const doubled = (a: bigint, b: bigint, width: number, rounds: boolean): bigint => {
  const product = 2n * signed(a, width) * signed(b, width);
  const rounded = product + (rounds ? 1n << BigInt(width - 1) : 0n);
  return saturate(rounded >> BigInt(width), width, true);
};

/** Operations on lanes of two registers. */
export const laneOperations: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ...bothSigns('hadd', (read) => (a, b, w) => (read(a, w) + read(b, w)) >> 1n),
  ...bothSigns('rhadd', (read) => (a, b, w) => (read(a, w) + read(b, w) + 1n) >> 1n),
  ...bothSigns('hsub', (read) => (a, b, w) => (read(a, w) - read(b, w)) >> 1n),
  ...bothSigns('qadd', (read, is) => (a, b, w) => saturate(read(a, w) + read(b, w), w, is)),
  ...bothSigns('qsub', (read, is) => (a, b, w) => saturate(read(a, w) - read(b, w), w, is)),
  ...bothSigns('max', (read) => (a, b, w) => (read(a, w) > read(b, w) ? a : b)),
  ...bothSigns('min', (read) => (a, b, w) => (read(a, w) < read(b, w) ? a : b)),
  ...bothSigns('abd', (read) => (a, b, w) => abs(read(a, w) - read(b, w))),
  ...['sshl', 'ushl', 'sqshl', 'uqshl', 'srshl', 'urshl', 'sqrshl', 'uqrshl'].map((name): [string, Lane] => [
    name,
    (a, b, w) => variableShift(name, a, b, w),
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
  ['sqdmulh', (a, b, w) => doubled(a, b, w, false)],
  ['sqrdmulh', (a, b, w) => doubled(a, b, w, true)],
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

type One = (value: bigint, width: number, old: bigint) => bigint;

/** Operations on one lane; `old` is the lane written to. */
export const oneLaneOperations: ReadonlyMap<string, One> = new Map<string, One>([
  ['suqadd', (a, w, old) => saturate(signed(old, w) + a, w, true)],
  ['usqadd', (a, w, old) => saturate(old + signed(a, w), w, false)],
  ['cls', (a, w) => BigInt(leadingSigns(a, w))],
  ['clz', (a, w) => BigInt(leadingZeroes(a, w))],
  ['cnt', (a) => BigInt(a.toString(2).replaceAll('0', '').length)],
  ['sqabs', (a, w) => saturate(abs(signed(a, w)), w, true)],
  ['sqneg', (a, w) => saturate(-signed(a, w), w, true)],
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
