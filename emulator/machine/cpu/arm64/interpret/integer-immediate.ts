import type { IntegerInstruction } from '../instruction.ts';
import { source, target } from '../state.ts';
import {
  add32,
  add64,
  logical32,
  logical64,
  logicalFlags32,
  logicalFlags64,
  shift32,
  shift64,
} from './arithmetic.ts';
import type { Step } from './step.ts';

type Of<Op extends IntegerInstruction['op']> = Extract<IntegerInstruction, { op: Op }>;

const all64 = (1n << 64n) - 1n;

export function address(pc: number, { rd, page, offset }: Of<'address'>): Step {
  const slot = target(rd);
  const value = BigInt.asUintN(64, BigInt((page ? pc - (pc % 4096) : pc) + offset));
  return (state) => {
    state.x[slot] = value;
  };
}

/** Without flags the target is the stack pointer where the field is 31; the source always is. */
export function addImmediate({ is64, subtract, setFlags, rd, rn, value }: Of<'add-immediate'>): Step {
  const slot = setFlags ? target(rd) : rd;
  if (!is64) {
    const operand = subtract ? ~value >>> 0 : value;
    const carry = subtract ? 1 : 0;
    return (state) => state.set32(slot, add32(state, state.get32(rn), operand, carry, setFlags));
  }
  const operand = subtract ? BigInt.asUintN(64, ~BigInt(value)) : BigInt(value);
  const carry = subtract ? 1n : 0n;
  if (!setFlags) {
    const sum = operand + carry;
    return (state) => {
      state.x[slot] = state.get64(rn) + sum;
    };
  }
  return (state) => {
    state.x[slot] = add64(state, state.get64(rn), operand, carry, true);
  };
}

export function logicalImmediate({ is64, operation, rd, rn, mask }: Of<'logical-immediate'>): Step {
  const from = source(rn);
  const flags = operation === 'ands';
  const slot = flags ? target(rd) : rd;
  if (is64) {
    return (state) => {
      const result = logical64(operation, state.get64(from), mask);
      state.x[slot] = result;
      if (flags) logicalFlags64(state, result);
    };
  }
  const narrow = Number(mask);
  return (state) => {
    const result = logical32(operation, state.get32(from), narrow);
    state.set32(slot, result);
    if (flags) logicalFlags32(state, result);
  };
}

export function moveWide({ is64, operation, rd, value, shift }: Of<'move-wide'>): Step {
  const slot = target(rd);
  const part = BigInt(value) << BigInt(shift);
  if (operation === 'movk') {
    const keep = (is64 ? all64 : 0xffff_ffffn) & ~(0xffffn << BigInt(shift));
    return (state) => {
      state.x[slot] = (state.get64(slot) & keep) | part;
    };
  }
  const result = operation === 'movz' ? part : BigInt.asUintN(is64 ? 64 : 32, ~part);
  return (state) => {
    state.x[slot] = result;
  };
}

const ones = (count: number): bigint => (1n << BigInt(count)) - 1n;

export function bitfield({ is64, operation, rd, rn, rotate, top }: Of<'bitfield'>): Step {
  const width = is64 ? 64 : 32;
  const [from, slot] = [source(rn), target(rd)];
  const length = top >= rotate ? top - rotate + 1 : top + 1;
  const low = top >= rotate ? BigInt(rotate) : 0n;
  const to = top >= rotate ? 0n : BigInt(width - rotate);
  const field = ones(length);
  if (operation === 'bfm') {
    const keep = ones(width) & ~(field << to);
    return (state) => {
      const taken = ((state.get64(from) >> low) & field) << to;
      state.x[slot] = (state.get64(slot) & keep) | taken;
    };
  }
  if (operation === 'ubfm') {
    return (state) => {
      state.x[slot] = ((state.get64(from) >> low) & field) << to;
    };
  }
  return (state) => {
    const taken = BigInt.asIntN(length, state.get64(from) >> low) << to;
    state.x[slot] = BigInt.asUintN(width, taken);
  };
}

export function extract({ is64, rd, rn, rm, lsb }: Of<'extract'>): Step {
  const [high, low, slot] = [source(rn), source(rm), target(rd)];
  if (lsb === 0) {
    return (state) => {
      state.x[slot] = is64 ? state.get64(low) : BigInt(state.get32(low));
    };
  }
  if (!is64) {
    return (state) =>
      state.set32(
        slot,
        (shift32(state.get32(low), 'lsr', lsb) | shift32(state.get32(high), 'lsl', 32 - lsb)) >>> 0,
      );
  }
  return (state) => {
    const upper = shift64(state.get64(high), 'lsl', BigInt(64 - lsb));
    state.x[slot] = shift64(state.get64(low), 'lsr', BigInt(lsb)) | upper;
  };
}
