import type { IntegerInstruction } from '../instruction.ts';
import { bit, bits } from './fields.ts';

const shifts = ['lsl', 'lsr', 'asr', 'ror'] as const;
const logical = ['and', 'orr', 'eor', 'ands'] as const;

/** Data processing on registers: op0 is x101. */
export function decodeDataRegister(word: number): IntegerInstruction | undefined {
  if (!bit(word, 28)) return bit(word, 24) ? addSubtract(word) : logicalShifted(word);
  if (bit(word, 24)) return threeSource(word);
  switch (bits(word, 23, 21)) {
    case 0b000:
      return addCarry(word);
    case 0b010:
      return conditionalCompare(word);
    case 0b100:
      return conditionalSelect(word);
    case 0b110:
      return bit(word, 30) ? oneSource(word) : twoSource(word);
    default:
      return undefined;
  }
}

function registers(word: number): { is64: boolean; rd: number; rn: number; rm: number } {
  return { is64: bit(word, 31), rd: bits(word, 4, 0), rn: bits(word, 9, 5), rm: bits(word, 20, 16) };
}

function logicalShifted(word: number): IntegerInstruction | undefined {
  const fields = registers(word);
  const amount = bits(word, 15, 10);
  if (!fields.is64 && amount > 31) return undefined;
  return {
    op: 'logical-register',
    ...fields,
    operation: logical[bits(word, 30, 29)] ?? 'and',
    invert: bit(word, 21),
    shift: shifts[bits(word, 23, 22)] ?? 'lsl',
    amount,
  };
}

function addSubtract(word: number): IntegerInstruction | undefined {
  const fields = registers(word);
  const [subtract, setFlags] = [bit(word, 30), bit(word, 29)];
  if (bit(word, 21)) {
    const amount = bits(word, 12, 10);
    if (bits(word, 23, 22) !== 0 || amount > 4) return undefined;
    return { op: 'add-extended', ...fields, subtract, setFlags, extend: bits(word, 15, 13), amount };
  }
  const shift = shifts[bits(word, 23, 22)] ?? 'ror';
  const amount = bits(word, 15, 10);
  if (shift === 'ror' || (!fields.is64 && amount > 31)) return undefined;
  return { op: 'add-register', ...fields, subtract, setFlags, shift, amount };
}

function addCarry(word: number): IntegerInstruction | undefined {
  if (bits(word, 15, 10) !== 0) return undefined;
  return { op: 'add-carry', ...registers(word), subtract: bit(word, 30), setFlags: bit(word, 29) };
}

function conditionalCompare(word: number): IntegerInstruction | undefined {
  if (!bit(word, 29) || bit(word, 10) || bit(word, 4)) return undefined;
  const field = bits(word, 20, 16);
  return {
    op: 'conditional-compare',
    is64: bit(word, 31),
    subtract: bit(word, 30),
    condition: bits(word, 15, 12),
    otherwise: bits(word, 3, 0),
    rn: bits(word, 9, 5),
    operand: bit(word, 11) ? { value: field } : { register: field },
  };
}

function conditionalSelect(word: number): IntegerInstruction | undefined {
  if (bit(word, 29) || bit(word, 11)) return undefined;
  return {
    op: 'conditional-select',
    ...registers(word),
    invert: bit(word, 30),
    increment: bit(word, 10),
    condition: bits(word, 15, 12),
  };
}

function oneSource(word: number): IntegerInstruction | undefined {
  const { is64, rd, rn, rm } = registers(word);
  if (bit(word, 29) || rm !== 0) return undefined;
  const narrow = ['rbit', 'rev16', 'rev32', undefined, 'clz', 'cls'] as const;
  const wide = ['rbit', 'rev16', 'rev32', 'rev64', 'clz', 'cls'] as const;
  const operation = (is64 ? wide : narrow)[bits(word, 15, 10)];
  return operation === undefined ? undefined : { op: 'one-source', is64, operation, rd, rn };
}

function twoSource(word: number): IntegerInstruction | undefined {
  const fields = registers(word);
  if (bit(word, 29)) return undefined;
  const opcode = bits(word, 15, 10);
  if (opcode === 2 || opcode === 3)
    return { op: 'two-source', ...fields, operation: opcode === 2 ? 'udiv' : 'sdiv' };
  const shift = shifts[opcode & 3] ?? 'lsl';
  if (opcode >= 8 && opcode <= 11) return { op: 'two-source', ...fields, operation: shift };
  const sizeLog2 = opcode & 3;
  if (opcode < 16 || opcode > 23 || fields.is64 !== (sizeLog2 === 3)) return undefined;
  const { rd, rn, rm } = fields;
  return { op: 'crc32', castagnoli: opcode >= 20, sizeLog2, rd, rn, rm };
}

function threeSource(word: number): IntegerInstruction | undefined {
  const fields = { ...registers(word), ra: bits(word, 14, 10) };
  const subtract = bit(word, 15);
  if (bits(word, 30, 29) !== 0) return undefined;
  const kind = bits(word, 23, 21);
  if (kind === 0) return { op: 'multiply-add', ...fields, subtract };
  const { is64, rd, rn, rm, ra } = fields;
  if (!is64) return undefined;
  const signed = kind < 4;
  if (kind === 1 || kind === 5) return { op: 'multiply-long', signed, subtract, rd, rn, rm, ra };
  if ((kind === 2 || kind === 6) && !subtract) return { op: 'multiply-high', signed, rd, rn, rm };
  return undefined;
}
