import type { IntegerInstruction, OneSourceOperation, TwoSourceOperation } from '../instruction.ts';
import { source, target } from '../state.ts';
import { shift32, shift64 } from './arithmetic.ts';
import type { Step } from './step.ts';

type Of<Op extends IntegerInstruction['op']> = Extract<IntegerInstruction, { op: Op }>;

/** Reverses the order of units of `unitBits` within each group of `groupBits`. */
export function reverseUnits(value: bigint, width: number, groupBits: number, unitBits: number): bigint {
  const mask = (1n << BigInt(unitBits)) - 1n;
  let result = 0n;
  for (let group = 0; group < width; group += groupBits) {
    for (let unit = 0; unit < groupBits; unit += unitBits) {
      const taken = (value >> BigInt(group + unit)) & mask;
      result |= taken << BigInt(group + groupBits - unitBits - unit);
    }
  }
  return result;
}

export function leadingZeroes(value: bigint, width: number): number {
  return value === 0n ? width : width - value.toString(2).length;
}

/** Bits below the top one that are equal to it. */
export function leadingSigns(value: bigint, width: number): number {
  const negative = (value >> BigInt(width - 1)) & 1n;
  const flipped = negative === 1n ? BigInt.asUintN(width, ~value) : value;
  return leadingZeroes(flipped, width) - 1;
}

function oneSourceValue(operation: OneSourceOperation, value: bigint, width: number): bigint {
  switch (operation) {
    case 'rbit':
      return reverseUnits(value, width, width, 1);
    case 'rev16':
      return reverseUnits(value, width, 16, 8);
    case 'rev32':
      return reverseUnits(value, width, 32, 8);
    case 'rev64':
      return reverseUnits(value, width, 64, 8);
    case 'clz':
      return BigInt(leadingZeroes(value, width));
    case 'cls':
      return BigInt(leadingSigns(value, width));
  }
}

export function oneSource({ is64, operation, rd, rn }: Of<'one-source'>): Step {
  const [from, slot] = [source(rn), target(rd)];
  const width = is64 ? 64 : 32;
  return (state) => {
    const value = is64 ? state.get64(from) : BigInt(state.get32(from));
    state.x[slot] = oneSourceValue(operation, value, width);
  };
}

function divide(a: bigint, b: bigint, signed: boolean, width: number): bigint {
  if (b === 0n) return 0n;
  return signed ? BigInt.asUintN(width, BigInt.asIntN(width, a) / BigInt.asIntN(width, b)) : a / b;
}

function twoSource64(operation: TwoSourceOperation, a: bigint, b: bigint): bigint {
  if (operation === 'udiv' || operation === 'sdiv') return divide(a, b, operation === 'sdiv', 64);
  return shift64(a, operation, b & 63n);
}

function twoSource32(operation: TwoSourceOperation, a: number, b: number): number {
  if (operation === 'udiv') return b === 0 ? 0 : Math.floor(a / b);
  if (operation === 'sdiv') return b === 0 ? 0 : Math.trunc((a | 0) / (b | 0)) >>> 0;
  return shift32(a, operation, b & 31);
}

export function twoSource(instruction: Of<'two-source'>): Step {
  const { is64, operation } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  if (!is64) return (state) => state.set32(rd, twoSource32(operation, state.get32(rn), state.get32(rm)));
  return (state) => {
    state.x[rd] = twoSource64(operation, state.get64(rn), state.get64(rm));
  };
}

/** The polynomials, bits reversed. */
const polynomials = { plain: 0xedb8_8320, castagnoli: 0x82f6_3b78 };

export function crc32(instruction: Of<'crc32'>): Step {
  const { castagnoli, sizeLog2 } = instruction;
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  const polynomial = castagnoli ? polynomials.castagnoli : polynomials.plain;
  return (state) => {
    let crc = state.get32(rn);
    for (let index = 0; index < 1 << sizeLog2; index += 1) {
      const byte = Number((state.get64(rm) >> BigInt(8 * index)) & 0xffn);
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    }
    state.set32(rd, crc >>> 0);
  };
}

export function multiplyAdd(instruction: Of<'multiply-add'>): Step {
  const { is64, subtract } = instruction;
  const [rn, rm, ra, rd] = [
    source(instruction.rn),
    source(instruction.rm),
    source(instruction.ra),
    target(instruction.rd),
  ];
  if (!is64) {
    return (state) => {
      const product = Math.imul(state.get32(rn), state.get32(rm));
      const addend = state.get32(ra);
      state.set32(rd, subtract ? addend - product : addend + product);
    };
  }
  return (state) => {
    const product = state.get64(rn) * state.get64(rm);
    state.x[rd] = subtract ? state.get64(ra) - product : state.get64(ra) + product;
  };
}

export function multiplyLong(instruction: Of<'multiply-long'>): Step {
  const { signed, subtract } = instruction;
  const [rn, rm, ra, rd] = [
    source(instruction.rn),
    source(instruction.rm),
    source(instruction.ra),
    target(instruction.rd),
  ];
  return (state) => {
    const [a, b] = [state.get32(rn), state.get32(rm)];
    const product = signed ? BigInt(a | 0) * BigInt(b | 0) : BigInt(a) * BigInt(b);
    state.x[rd] = subtract ? state.get64(ra) - product : state.get64(ra) + product;
  };
}

export function multiplyHigh(instruction: Of<'multiply-high'>): Step {
  const [rn, rm, rd] = [source(instruction.rn), source(instruction.rm), target(instruction.rd)];
  if (!instruction.signed) {
    return (state) => {
      state.x[rd] = (state.get64(rn) * state.get64(rm)) >> 64n;
    };
  }
  return (state) => {
    const [a, b] = [BigInt.asIntN(64, state.get64(rn)), BigInt.asIntN(64, state.get64(rm))];
    state.x[rd] = (a * b) >> 64n;
  };
}
