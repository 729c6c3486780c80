import {
  add,
  compare,
  divide,
  extreme,
  extremeNumber,
  type FloatControl,
  multiply,
  multiplyAdd,
  squareRoot,
  subtract,
} from '../float/arithmetic.ts';
import { convertFormat, floatToInteger, integerToFloat, roundToIntegral } from '../float/convert.ts';
import { type FloatFormat, formatOf, type RoundingMode, roundingOf } from '../float/format.ts';
import type { FloatInstruction, FloatTwoSource, Rounding } from '../simd-instruction.ts';
import { type CpuState, source, target } from '../state.ts';
import { holds, type Step } from './step.ts';

type Of<Op extends FloatInstruction['op']> = Extract<FloatInstruction, { op: Op }>;

export function floatControl(state: CpuState): FloatControl {
  return { rounding: roundingOf(state.fpcr), defaultNaN: (state.fpcr & 0x0200_0000) !== 0 };
}

/** A number in the lower part of a vector register. */
export function float(state: CpuState, register: number, of: FloatFormat): bigint {
  return BigInt.asUintN(of.bits, state.vector(register, 0));
}

export function floatTwoSource(
  operation: FloatTwoSource,
  a: bigint,
  b: bigint,
  of: FloatFormat,
  control: FloatControl,
): bigint {
  switch (operation) {
    case 'fadd':
      return add(a, b, of, control);
    case 'fsub':
      return subtract(a, b, of, control);
    case 'fmul':
      return multiply(a, b, of, control);
    case 'fnmul':
      return multiply(a, b, of, control) ^ of.sign;
    case 'fdiv':
      return divide(a, b, of, control);
    case 'fmax':
    case 'fmin':
      return extreme(a, b, of, control, operation === 'fmax');
    case 'fmaxnm':
    case 'fminnm':
      return extremeNumber(a, b, of, control, operation === 'fmaxnm');
  }
}

function rounding(mode: Rounding, control: FloatControl): RoundingMode {
  return mode === 'current' ? control.rounding : mode;
}

function twoSource({ float: bits, operation, rd, rn, rm }: Of<'float-two-source'>): Step {
  const of = formatOf(bits);
  return (state) => {
    const result = floatTwoSource(
      operation,
      float(state, rn, of),
      float(state, rm, of),
      of,
      floatControl(state),
    );
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
            : squareRoot(value, of, floatControl(state));
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
    state.setVector(rd, multiplyAdd(addend, first, b, of, floatControl(state)), 0n);
  };
}

/** NZCV of a comparison. */
export function compareFlags(a: bigint, b: bigint, of: FloatFormat): number {
  const order = compare(a, b, of);
  return order === undefined ? 3 : order < 0 ? 8 : order === 0 ? 6 : 2;
}

function conversion(instruction: Of<'float-to-integer' | 'integer-to-float'>): Step {
  const { is64, signed, fractionBits, rd, rn } = instruction;
  const of = formatOf(instruction.float);
  const width = is64 ? 64 : 32;
  if (instruction.op === 'float-to-integer') {
    const slot = target(rd);
    return (state) => {
      const mode = rounding(instruction.rounding, floatControl(state));
      state.x[slot] = floatToInteger(float(state, rn, of), of, width, signed, mode, fractionBits);
    };
  }
  const slot = source(rn);
  return (state) => {
    const bits = state.get64(slot);
    const value = signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
    const result = integerToFloat(value, of, floatControl(state).rounding, fractionBits);
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
      const { rd, rn } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        const control = floatControl(state);
        const mode = rounding(instruction.rounding, control);
        state.setVector(rd, roundToIntegral(float(state, rn, of), of, mode, control), 0n);
      };
    }
    case 'float-convert': {
      const [from, to] = [formatOf(instruction.from), formatOf(instruction.to)];
      const { rd, rn } = instruction;
      return (state) =>
        state.setVector(rd, convertFormat(float(state, rn, from), from, to, floatControl(state)), 0n);
    }
    case 'float-compare': {
      const { rn, rm } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        const second = rm === undefined ? 0n : float(state, rm, of);
        state.flags = compareFlags(float(state, rn, of), second, of);
      };
    }
    case 'float-conditional-compare': {
      const { rn, rm, condition, otherwise } = instruction;
      const of = formatOf(instruction.float);
      return (state) => {
        state.flags = holds(condition, state.flags)
          ? compareFlags(float(state, rn, of), float(state, rm, of), of)
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
