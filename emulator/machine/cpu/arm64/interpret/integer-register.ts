import type { IntegerInstruction } from '../instruction.ts';
import { type CpuState, source, target } from '../state.ts';
import {
  add32,
  add64,
  extend,
  logical32,
  logical64,
  logicalFlags32,
  logicalFlags64,
  shift32,
  shift64,
} from './arithmetic.ts';
import { holds, type Step } from './step.ts';

type Of<Op extends IntegerInstruction['op']> = Extract<IntegerInstruction, { op: Op }>;

const mask64 = (1n << 64n) - 1n;

export function logicalRegister(instruction: Of<'logical-register'>): Step {
  const { is64, operation, invert, shift, amount } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  const flags = operation === 'ands';
  if (is64) {
    const by = BigInt(amount);
    return (state) => {
      const shifted = shift64(state.get64(rm), shift, by);
      const result = logical64(operation, state.get64(rn), invert ? shifted ^ mask64 : shifted);
      state.x[rd] = result;
      if (flags) logicalFlags64(state, result);
    };
  }
  return (state) => {
    const shifted = shift32(state.get32(rm), shift, amount);
    const result = logical32(operation, state.get32(rn), invert ? ~shifted >>> 0 : shifted);
    state.set32(rd, result);
    if (flags) logicalFlags32(state, result);
  };
}

export function addRegister(instruction: Of<'add-register'>): Step {
  const { is64, subtract, setFlags, shift, amount } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  if (!is64) {
    return (state) => {
      const operand = shift32(state.get32(rm), shift, amount);
      const sum = subtract
        ? add32(state, state.get32(rn), ~operand >>> 0, 1, setFlags)
        : add32(state, state.get32(rn), operand, 0, setFlags);
      state.set32(rd, sum);
    };
  }
  const by = BigInt(amount);
  return (state) => {
    const operand = shift64(state.get64(rm), shift, by);
    state.x[rd] = subtract
      ? add64(state, state.get64(rn), operand ^ mask64, 1n, setFlags)
      : add64(state, state.get64(rn), operand, 0n, setFlags);
  };
}

/** The first source is the stack pointer where its field is 31; so is the target where no flags are set. */
export function addExtended(instruction: Of<'add-extended'>): Step {
  const { is64, subtract, setFlags, rn, extend: kind, amount } = instruction;
  const rm = source(instruction.rm);
  const rd = setFlags ? target(instruction.rd) : instruction.rd;
  return (state) => {
    const operand = extend(state.get64(rm), kind, amount);
    if (is64) {
      state.x[rd] = subtract
        ? add64(state, state.get64(rn), operand ^ mask64, 1n, setFlags)
        : add64(state, state.get64(rn), operand, 0n, setFlags);
      return;
    }
    const narrow = Number(BigInt.asUintN(32, operand));
    const sum = subtract
      ? add32(state, state.get32(rn), ~narrow >>> 0, 1, setFlags)
      : add32(state, state.get32(rn), narrow, 0, setFlags);
    state.set32(rd, sum);
  };
}

export function addCarry(instruction: Of<'add-carry'>): Step {
  const { is64, subtract, setFlags } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  return (state) => {
    const carry = (state.flags >> 1) & 1;
    if (is64) {
      const operand = subtract ? state.get64(rm) ^ mask64 : state.get64(rm);
      state.x[rd] = add64(state, state.get64(rn), operand, BigInt(carry), setFlags);
      return;
    }
    const operand = subtract ? ~state.get32(rm) >>> 0 : state.get32(rm);
    state.set32(rd, add32(state, state.get32(rn), operand, carry, setFlags));
  };
}

export function conditionalCompare(instruction: Of<'conditional-compare'>): Step {
  const { is64, subtract, condition, otherwise, operand } = instruction;
  const rn = source(instruction.rn);
  const second = (state: CpuState): bigint =>
    'value' in operand ? BigInt(operand.value) : state.get64(source(operand.register));
  return (state) => {
    if (!holds(condition, state.flags)) {
      state.flags = otherwise;
      return;
    }
    const value = second(state);
    if (is64) {
      add64(state, state.get64(rn), subtract ? value ^ mask64 : value, subtract ? 1n : 0n, true);
      return;
    }
    const narrow = Number(BigInt.asUintN(32, value));
    add32(state, state.get32(rn), subtract ? ~narrow >>> 0 : narrow, subtract ? 1 : 0, true);
  };
}

export function conditionalSelect(instruction: Of<'conditional-select'>): Step {
  const { is64, invert, increment, condition } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  const width = is64 ? 64 : 32;
  return (state) => {
    if (holds(condition, state.flags)) {
      state.x[rd] = is64 ? state.get64(rn) : BigInt(state.get32(rn));
      return;
    }
    const value = invert ? ~state.get64(rm) : state.get64(rm);
    state.x[rd] = BigInt.asUintN(width, increment ? value + 1n : value);
  };
}
