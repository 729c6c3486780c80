import type { Comparison } from '../float/arithmetic.ts';
import type { FloatBits, FloatInstruction, FloatTwoSource, Rounding } from '../simd-instruction.ts';
import { bit, bits } from './fields.ts';

const twoSource: readonly FloatTwoSource[] = [
  'fmul',
  'fdiv',
  'fadd',
  'fsub',
  'fmax',
  'fmin',
  'fmaxnm',
  'fminnm',
  'fnmul',
];

/** Scalar floating point: bits 28 to 24 are 1111x, bit 30 is 0. Half precision is converted only. */
export function decodeFloat(word: number): FloatInstruction | undefined {
  if (bit(word, 29)) return undefined;
  if (bit(word, 24)) return multiplyAdd(word);
  if (!bit(word, 21)) return conversion(word, 64 - bits(word, 15, 10));
  switch (bits(word, 11, 10)) {
    case 0b00:
      return bits(word, 15, 10) === 0 ? conversion(word, 0) : small(word);
    case 0b01:
      return conditionalCompare(word);
    case 0b10:
      return two(word);
    default:
      return select(word);
  }
}

function floatBits(word: number): FloatBits | undefined {
  const type = bits(word, 23, 22);
  return bit(word, 31) || type > 1 ? undefined : type === 1 ? 64 : 32;
}

function multiplyAdd(word: number): FloatInstruction | undefined {
  const float = floatBits(word);
  if (float === undefined) return undefined;
  const [o1, o0] = [bit(word, 21), bit(word, 15)];
  return {
    op: 'float-multiply-add',
    float,
    negateProduct: o1 !== o0,
    negateAddend: o1,
    rd: bits(word, 4, 0),
    rn: bits(word, 9, 5),
    rm: bits(word, 20, 16),
    ra: bits(word, 14, 10),
  };
}

function two(word: number): FloatInstruction | undefined {
  const float = floatBits(word);
  const operation = twoSource[bits(word, 15, 12)];
  if (float === undefined || operation === undefined) return undefined;
  const [rd, rn, rm] = [bits(word, 4, 0), bits(word, 9, 5), bits(word, 20, 16)];
  return { op: 'float-two-source', float, operation, rd, rn, rm };
}

function select(word: number): FloatInstruction | undefined {
  const float = floatBits(word);
  if (float === undefined) return undefined;
  const [rd, rn, rm] = [bits(word, 4, 0), bits(word, 9, 5), bits(word, 20, 16)];
  return { op: 'float-select', float, rd, rn, rm, condition: bits(word, 15, 12) };
}

/** FCMPE and FCCMPE. */
const comparison = (word: number): Comparison => (bit(word, 4) ? 'signalling' : 'quiet');

function conditionalCompare(word: number): FloatInstruction | undefined {
  const float = floatBits(word);
  if (float === undefined) return undefined;
  const [rn, rm] = [bits(word, 9, 5), bits(word, 20, 16)];
  const condition = bits(word, 15, 12);
  return {
    op: 'float-conditional-compare',
    float,
    comparison: comparison(word),
    rn,
    rm,
    condition,
    otherwise: bits(word, 3, 0),
  };
}

function small(word: number): FloatInstruction | undefined {
  if (bits(word, 14, 10) === 0b10000) return oneSource(word);
  const float = floatBits(word);
  if (float === undefined) return undefined;
  if (bits(word, 13, 10) === 0b1000) {
    if (bits(word, 15, 14) !== 0 || bits(word, 2, 0) !== 0) return undefined;
    const zero = bit(word, 3);
    const rm = bits(word, 20, 16);
    return {
      op: 'float-compare',
      float,
      comparison: comparison(word),
      rn: bits(word, 9, 5),
      rm: zero ? undefined : rm,
    };
  }
  if (bits(word, 12, 10) !== 0b100 || bits(word, 9, 5) !== 0) return undefined;
  const value = expandFloat(bits(word, 20, 13), float);
  return { op: 'float-immediate', float, rd: bits(word, 4, 0), value };
}

/** VFPExpandImm() */
export function expandFloat(imm8: number, float: FloatBits): bigint {
  const exponentBits = float === 64 ? 11 : 8;
  const fractionBits = float - exponentBits - 1;
  const sign = BigInt(imm8 >> 7);
  const b6 = (imm8 >> 6) & 1;
  const run = b6 === 1 ? 2 ** (exponentBits - 3) - 1 : 0;
  const exponent = BigInt(((1 - b6) << (exponentBits - 1)) | (run << 2) | ((imm8 >> 4) & 3));
  const fraction = BigInt(imm8 & 15) << BigInt(fractionBits - 4);
  return (sign << BigInt(float - 1)) | (exponent << BigInt(fractionBits)) | fraction;
}

const roundings: Readonly<Record<number, Rounding>> = {
  8: 'even',
  9: 'up',
  10: 'down',
  11: 'zero',
  12: 'away',
  14: 'current',
  15: 'current',
};
const plain = ['fmov', 'fabs', 'fneg', 'fsqrt'] as const;

function oneSource(word: number): FloatInstruction | undefined {
  const opcode = bits(word, 20, 15);
  const type = bits(word, 23, 22);
  const [rd, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  if (bit(word, 31)) return undefined;
  if (opcode >= 4 && opcode <= 7) {
    const formats = [32, 64, undefined, 16] as const;
    const [from, to] = [formats[type], formats[opcode & 3]];
    if (from === undefined || to === undefined || from === to) return undefined;
    return { op: 'float-convert', from, to, rd, rn };
  }
  const float = floatBits(word);
  if (float === undefined) return undefined;
  const operation = plain[opcode];
  if (operation !== undefined) return { op: 'float-one-source', float, operation, rd, rn };
  const rounding = roundings[opcode];
  return rounding === undefined
    ? undefined
    : { op: 'float-round', float, rounding, exact: opcode === 14, rd, rn };
}

const conversions: readonly Rounding[] = ['even', 'up', 'down', 'zero'];

/** Between general and vector registers; `fractionBits` 0 for integers. */
function conversion(word: number, fractionBits: number): FloatInstruction | undefined {
  const is64 = bit(word, 31);
  const type = bits(word, 23, 22);
  const [mode, opcode] = [bits(word, 20, 19), bits(word, 18, 16)];
  const [rd, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  const fixed = !bit(word, 21);
  if (fixed && !is64 && fractionBits > 32) return undefined;
  if (!fixed && opcode >= 6) return move(word, is64, type, mode, opcode === 6);
  if (type > 1) return undefined;
  const float = type === 1 ? 64 : 32;
  const signed = (opcode & 1) === 0;
  const fields = { float, is64, signed, fractionBits, rd, rn } as const;
  const toFloat = opcode === 2 || opcode === 3;
  if (toFloat) {
    return mode === 0 ? { op: 'integer-to-float', ...fields, rounding: 'current' } : undefined;
  }
  if (fixed) {
    return mode === 3 && opcode < 2 ? { op: 'float-to-integer', ...fields, rounding: 'zero' } : undefined;
  }
  const away = opcode === 4 || opcode === 5;
  if (away && mode !== 0) return undefined;
  return { op: 'float-to-integer', ...fields, rounding: away ? 'away' : (conversions[mode] ?? 'zero') };
}

function move(
  word: number,
  is64: boolean,
  type: number,
  mode: number,
  toGeneral: boolean,
): FloatInstruction | undefined {
  const [rd, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  const upper = is64 && type === 2 && mode === 1;
  if (!upper && (mode !== 0 || type !== (is64 ? 1 : 0))) return undefined;
  return { op: 'float-move', toGeneral, bits: is64 ? 64 : 32, upper, rd, rn };
}
