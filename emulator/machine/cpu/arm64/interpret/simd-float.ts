import {
  add,
  compare,
  divide,
  extreme,
  extremeNumber,
  isMeaningless,
  multiply,
  multiplyAdd,
  squareRoot,
  subtract,
} from '../float/arithmetic.ts';
import { convertFormat, floatToInteger, integerToFloat, roundToIntegral } from '../float/convert.ts';
import {
  inverseRootEstimate,
  inverseRootStep,
  reciprocalEstimate,
  reciprocalExponent,
  reciprocalStep,
  unsignedInverseRootEstimate,
  unsignedReciprocalEstimate,
} from '../float/estimates.ts';
import {
  double,
  type FloatFormat,
  flushed,
  formatOf,
  half,
  type RoundingMode,
  single,
} from '../float/format.ts';
import type { FloatUnit } from '../float/unit.ts';
import type { SimdInstruction } from '../simd-instruction.ts';
import { lane, laneCount, lanesOf, setLanes } from './lanes.ts';
import { setHalf } from './simd-vector.ts';
import type { Step } from './step.ts';

type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;
type Lane = (a: bigint, b: bigint, of: FloatFormat, unit: FloatUnit, old: bigint) => bigint;

const mask = (condition: boolean, of: FloatFormat): bigint => (condition ? of.sign * 2n - 1n : 0n);
const magnitude = (value: bigint, of: FloatFormat): bigint => value & (of.sign - 1n);

/** FMULX: as a multiplication, but infinity times zero is two. */
function multiplyExtended(first: bigint, second: bigint, of: FloatFormat, unit: FloatUnit): bigint {
  const [a, b] = [flushed(first, of, unit), flushed(second, of, unit)];
  if (!isMeaningless(a, b, of)) return multiply(a, b, of, unit);
  return ((a ^ b) & of.sign) | (BigInt(of.bias + 1) << BigInt(of.fractionBits));
}

function ordered(a: bigint, b: bigint, of: FloatFormat, unit: FloatUnit, atLeast: 0 | 1): bigint {
  const order = compare(a, b, of, unit, 'signalling');
  return mask(order !== undefined && order >= atLeast, of);
}

const operations: ReadonlyMap<string, Lane> = new Map<string, Lane>([
  ['fadd', add],
  ['fsub', subtract],
  ['fmul', multiply],
  ['fmulx', multiplyExtended],
  ['fdiv', divide],
  ['fmax', (a, b, of, unit) => extreme(a, b, of, unit, true)],
  ['fmin', (a, b, of, unit) => extreme(a, b, of, unit, false)],
  ['fmaxnm', (a, b, of, unit) => extremeNumber(a, b, of, unit, true)],
  ['fminnm', (a, b, of, unit) => extremeNumber(a, b, of, unit, false)],
  ['fabd', (a, b, of, unit) => magnitude(subtract(a, b, of, unit), of)],
  ['fmla', (a, b, of, unit, old) => multiplyAdd(old, a, b, of, unit)],
  ['fmls', (a, b, of, unit, old) => multiplyAdd(old, a ^ of.sign, b, of, unit)],
  ['fcmeq', (a, b, of, unit) => mask(compare(a, b, of, unit, 'quiet') === 0, of)],
  ['fcmge', (a, b, of, unit) => ordered(a, b, of, unit, 0)],
  ['fcmgt', (a, b, of, unit) => ordered(a, b, of, unit, 1)],
  ['facge', (a, b, of, unit) => ordered(magnitude(a, of), magnitude(b, of), of, unit, 0)],
  ['facgt', (a, b, of, unit) => ordered(magnitude(a, of), magnitude(b, of), of, unit, 1)],
  ['frecps', reciprocalStep],
  ['frsqrts', inverseRootStep],
]);

function operationOf(name: string): Lane {
  const found = operations.get(name);
  if (found === undefined) throw new Error(`the vector operation ${name} has no meaning`);
  return found;
}

const pairNames: ReadonlySet<string> = new Set(['faddp', 'fmaxp', 'fminp', 'fmaxnmp', 'fminnmp']);

export function threeSameFloat(instruction: Of<'simd-three-same-float'>): Step {
  const { operation: name, sizeLog2, rd, rn, rm } = instruction;
  const of = formatOf(8 << sizeLog2);
  const count = laneCount(instruction);
  if (pairNames.has(name)) {
    const apply = operationOf(name.slice(0, -1));
    return (state) => {
      const unit = state.floating;
      const both = [...lanesOf(state, rn, sizeLog2, count), ...lanesOf(state, rm, sizeLog2, count)];
      const values: bigint[] = [];
      for (let index = 0; index < both.length; index += 2)
        values.push(apply(both[index] ?? 0n, both[index + 1] ?? 0n, of, unit, 0n));
      setLanes(state, rd, sizeLog2, values);
    };
  }
  const apply = operationOf(name);
  return (state) => {
    const unit = state.floating;
    const second = lanesOf(state, rm, sizeLog2, count);
    const old = lanesOf(state, rd, sizeLog2, count);
    const values = lanesOf(state, rn, sizeLog2, count).map((a, index) =>
      apply(a, second[index] ?? 0n, of, unit, old[index] ?? 0n),
    );
    setLanes(state, rd, sizeLog2, values);
  };
}

/** fmla, fmls, fmul and fmulx with one lane. */
export function floatByElement(instruction: Of<'simd-by-element'>): Step {
  const { operation: name, sizeLog2, rd, rn, rm, index } = instruction;
  const of = formatOf(8 << sizeLog2);
  const count = laneCount(instruction);
  const apply = operationOf(name);
  return (state) => {
    const unit = state.floating;
    const factor = lane(state, rm, sizeLog2, index);
    const old = lanesOf(state, rd, sizeLog2, count);
    const values = lanesOf(state, rn, sizeLog2, count).map((a, at) =>
      apply(a, factor, of, unit, old[at] ?? 0n),
    );
    setLanes(state, rd, sizeLog2, values);
  };
}

/** A scalar made of the two lanes of a register, or of all four across. */
export function reduceFloat(instruction: Of<'simd-pairwise'> | Of<'simd-across'>): Step {
  const { operation: name, sizeLog2, rd, rn } = instruction;
  const of = formatOf(8 << sizeLog2);
  const apply = operationOf(name.slice(0, -1));
  const isPair = instruction.op === 'simd-pairwise';
  return (state) => {
    const unit = state.floating;
    const [a = 0n, b = 0n, c = 0n, d = 0n] = lanesOf(state, rn, sizeLog2, isPair ? 2 : 4);
    const low = apply(a, b, of, unit, 0n);
    const result = isPair ? low : apply(low, apply(c, d, of, unit, 0n), of, unit, 0n);
    setLanes(state, rd, sizeLog2, [result]);
  };
}

type One = (value: bigint, of: FloatFormat, unit: FloatUnit) => bigint;

const letters: Readonly<Record<string, RoundingMode>> = {
  n: 'even',
  m: 'down',
  p: 'up',
  z: 'zero',
  a: 'away',
};

function oneOf(name: string): One {
  const letter = letters[name.slice(5, 6)];
  if (name.startsWith('frint'))
    return (value, of, unit) => roundToIntegral(value, of, letter ?? unit.rounding, unit, name === 'frintx');
  const conversion = /^fcvt([nmpza])([su])$/.exec(name);
  if (conversion !== null) {
    const mode = letters[conversion[1] ?? ''] ?? 'zero';
    return (value, of, unit) => floatToInteger(value, of, of.bits, conversion[2] === 's', mode, unit);
  }
  const found = singleLane.get(name);
  if (found === undefined) throw new Error(`the vector operation ${name} has no meaning`);
  return found;
}

const singleLane: ReadonlyMap<string, One> = new Map<string, One>([
  ['scvtf', (value, of, unit) => integerToFloat(BigInt.asIntN(of.bits, value), of, unit)],
  ['ucvtf', (value, of, unit) => integerToFloat(value, of, unit)],
  ['fabs', (value, of) => magnitude(value, of)],
  ['fneg', (value, of) => value ^ of.sign],
  ['fsqrt', squareRoot],
  ['frecpe', reciprocalEstimate],
  ['frecpx', reciprocalExponent],
  ['frsqrte', inverseRootEstimate],
  ['urecpe', unsignedReciprocalEstimate],
  ['ursqrte', unsignedInverseRootEstimate],
  ['fcmeq', (value, of, unit) => mask(compare(value, 0n, of, unit, 'quiet') === 0, of)],
  ['fcmge', (value, of, unit) => ordered(value, 0n, of, unit, 0)],
  ['fcmgt', (value, of, unit) => ordered(value, 0n, of, unit, 1)],
  ['fcmle', (value, of, unit) => ordered(0n, value, of, unit, 0)],
  ['fcmlt', (value, of, unit) => ordered(0n, value, of, unit, 1)],
]);

export function twoMiscFloat(instruction: Of<'simd-two-misc-float'>): Step {
  const { operation: name, q, scalar, sizeLog2, rd, rn } = instruction;
  if (name === 'fcvtl' || name === 'fcvtn' || name === 'fcvtxn') return changeFormat(instruction);
  const of = formatOf(8 << sizeLog2);
  const count = laneCount({ q, scalar, sizeLog2 });
  const apply = oneOf(name);
  return (state) => {
    const unit = state.floating;
    const values = lanesOf(state, rn, sizeLog2, count).map((value) => apply(value, of, unit));
    setLanes(state, rd, sizeLog2, values);
  };
}

/** fcvtl, fcvtn and fcvtxn; `sizeLog2` is that of the wider lanes. */
function changeFormat({ operation, q, scalar, sizeLog2, rd, rn }: Of<'simd-two-misc-float'>): Step {
  const wide = sizeLog2 === 3 ? double : single;
  const narrow = sizeLog2 === 3 ? single : half;
  const count = scalar ? 1 : 16 >> sizeLog2;
  if (operation === 'fcvtl') {
    return (state) => {
      const unit = state.floating;
      const values = lanesOf(state, rn, sizeLog2 - 1, count, q ? count : 0).map((value) =>
        convertFormat(value, narrow, wide, unit),
      );
      setLanes(state, rd, sizeLog2, values);
    };
  }
  return (state) => {
    const unit = state.floating;
    const mode = operation === 'fcvtxn' ? 'odd' : unit.rounding;
    const values = lanesOf(state, rn, sizeLog2, count).map((value) =>
      convertFormat(value, wide, narrow, unit, mode),
    );
    setHalf(state, rd, sizeLog2 - 1, values, q && !scalar);
  };
}

/** scvtf, ucvtf, fcvtzs and fcvtzu with fraction bits. */
export function fixedPoint(instruction: Of<'simd-shift'>): Step {
  const { operation: name, sizeLog2, rd, rn, shift } = instruction;
  const of = formatOf(8 << sizeLog2);
  const count = laneCount(instruction);
  const isSigned = name === 'scvtf' || name === 'fcvtzs';
  const toFloat = name.endsWith('cvtf');
  return (state) => {
    const unit = state.floating;
    const values = lanesOf(state, rn, sizeLog2, count).map((value) =>
      toFloat
        ? integerToFloat(isSigned ? BigInt.asIntN(of.bits, value) : value, of, unit, shift)
        : floatToInteger(value, of, of.bits, isSigned, 'zero', unit, shift),
    );
    setLanes(state, rd, sizeLog2, values);
  };
}
