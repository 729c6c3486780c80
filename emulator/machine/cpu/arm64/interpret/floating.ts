import {
  add,
  type Comparison,
  compare,
  divide,
  extreme,
  extremeNumber,
  multiply,
  multiplyAdd,
  squareRoot,
  subtract,
} from '../float/arithmetic.ts';
import { convertFormat, floatToInteger, integerToFloat, roundToIntegral } from '../float/convert.ts';
import { type FloatFormat, formatOf, type RoundingMode } from '../float/format.ts';
import type { FloatUnit } from '../float/unit.ts';
import type { FloatInstruction, FloatTwoSource, Rounding } from '../simd-instruction.ts';
import { type CpuState, source, target } from '../state.ts';
import { holds, type Step } from './step.ts';

type Of<Op extends FloatInstruction['op']> = Extract<FloatInstruction, { op: Op }>;

/** A number in the lower part of a vector register. */
export function float(state: CpuState, register: number, of: FloatFormat): bigint {
  return BigInt.asUintN(of.bits, state.vector(register, 0));
}

export function floatTwoSource(
  operation: FloatTwoSource,
  a: bigint,
  b: bigint,
  of: FloatFormat,
  unit: FloatUnit,
): bigint {
  switch (operation) {
    case 'fadd':
      return add(a, b, of, unit);
    case 'fsub':
      return subtract(a, b, of, unit);
    case 'fmul':
      return multiply(a, b, of, unit);
    case 'fnmul':
      return multiply(a, b, of, unit) ^ of.sign;
    case 'fdiv':
      return divide(a, b, of, unit);
    case 'fmax':
    case 'fmin':
      return extreme(a, b, of, unit, operation === 'fmax');
    case 'fmaxnm':
    case 'fminnm':
      return extremeNumber(a, b, of, unit, operation === 'fmaxnm');
  }
}

function rounding(mode: Rounding, unit: FloatUnit): RoundingMode {
  return mode === 'current' ? unit.rounding : mode;
}

function twoSource({ float: bits, operation, rd, rn, rm }: Of<'float-two-source'>): Step {
  const of = formatOf(bits);
  return (state) => {
    const result = floatTwoSource(operation, float(state, rn, of), float(state, rm, of), of, state.floating);
    state.setVector(rd, result, 0n);
  };
}

function oneSource({ float: bits, operation, rd, rn }: Of<'float-one-source'>): Step {
  const of = formatOf(bits);
  return (state) => {
    const value = float(state, rn, of);
    const result =
      operation === 'fmov'
        ? value
        : operation === 'fabs'
          ? value & (of.sign - 1n)
          : operation === 'fneg'
            ? value ^ of.sign
            : squareRoot(value, of, state.floating);
    state.setVector(rd, result, 0n);
  };
}

function multiplyAddStep(instruction: Of<'float-multiply-add'>): Step {
  const { negateProduct, negateAddend, rd, rn, rm, ra } = instruction;
  const of = formatOf(instruction.float);
  return (state) => {
    const [a, b, c] = [float(state, rn, of), float(state, rm, of), float(state, ra, of)];
    const addend = negateAddend ? c ^ of.sign : c;
    const first = negateProduct ? a ^ of.sign : a;
    state.setVector(rd, multiplyAdd(addend, first, b, of, state.floating), 0n);
  };
}

/** NZCV of a comparison. */
function compareFlags(a: bigint, b: bigint, of: FloatFormat, unit: FloatUnit, kind: Comparison): number {
  const order = compare(a, b, of, unit, kind);
  return order === undefined ? 3 : order < 0 ? 8 : order === 0 ? 6 : 2;
}

function conversion(instruction: Of<'float-to-integer' | 'integer-to-float'>): Step {
  const { is64, signed, fractionBits, rd, rn } = instruction;
  const of = formatOf(instruction.float);
  const width = is64 ? 64 : 32;
  if (instruction.op === 'float-to-integer') {
    const slot = target(rd);
    return (state) => {
      const unit = state.floating;
      const mode = rounding(instruction.rounding, unit);
      state.x[slot] = floatToInteger(float(state, rn, of), of, width, signed, mode, unit, fractionBits);
    };
  }
  const slot = source(rn);
  return (state) => {
    const bits = state.get64(slot);
    const value = signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
    const result = integerToFloat(value, of, state.floating, fractionBits);
    state.setVector(rd, result, 0n);
  };
}

function move({ toGeneral, bits, upper, rd, rn }: Of<'float-move'>): Step {
  if (toGeneral) {
    const slot = target(rd);
    return (state) => {
      state.x[slot] = BigInt.asUintN(bits, state.vector(rn, upper ? 1 : 0));
    };
  }
  const slot = source(rn);
  return (state) => {
    if (upper) state.v64[rd * 2 + 1] = state.get64(slot);
    else state.setVector(rd, BigInt.asUintN(bits, state.get64(slot)), 0n);
  };
}

/** Scalar floating-point instructions. */
export function floating(instruction: FloatInstruction): Step {
  switch (instruction.op) {
    case 'float-two-source':
      return twoSource(instruction);
    case 'float-one-source':
      return oneSource(instruction);
    case 'float-multiply-add':
      return multiplyAddStep(instruction);
    case 'float-to-integer':
    case 'integer-to-float':
      return conversion(instruction);
    case 'float-move':
      return move(instruction);
    case 'float-round': {
      const { rd, rn, exact } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        const unit = state.floating;
        const mode = rounding(instruction.rounding, unit);
        state.setVector(rd, roundToIntegral(float(state, rn, of), of, mode, unit, exact), 0n);
      };
    }
    case 'float-convert': {
      const [from, to] = [formatOf(instruction.from), formatOf(instruction.to)];
      const { rd, rn } = instruction;
      return (state) =>
        state.setVector(rd, convertFormat(float(state, rn, from), from, to, state.floating), 0n);
    }
    case 'float-compare': {
      const { rn, rm, comparison } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        const second = rm === undefined ? 0n : float(state, rm, of);
        state.flags = compareFlags(float(state, rn, of), second, of, state.floating, comparison);
      };
    }
    case 'float-conditional-compare': {
      const { rn, rm, condition, otherwise, comparison } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        state.flags = holds(condition, state.flags)
          ? compareFlags(float(state, rn, of), float(state, rm, of), of, state.floating, comparison)
          : otherwise;
      };
    }
    case 'float-select': {
      const { rd, rn, rm, condition } = instruction;
      const of = formatOf(instruction.float);
      return (state) => state.setVector(rd, float(state, holds(condition, state.flags) ? rn : rm, of), 0n);
    }
    case 'float-immediate': {
      const { rd, value } = instruction;
      return (state) => state.setVector(rd, value, 0n);
    }
  }
}
