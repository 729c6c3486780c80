import type { IntegerInstruction } from '../instruction.ts';
import { bit, bits, logicalMask, signedBits } from './fields.ts';

const logical = ['and', 'orr', 'eor', 'ands'] as const;

/** Data processing with an immediate: op0 is 100x. Undefined for what is not allocated. */
export function decodeDataImmediate(word: number): IntegerInstruction | undefined {
  const rd = bits(word, 4, 0);
  const rn = bits(word, 9, 5);
  const is64 = bit(word, 31);
  switch (bits(word, 25, 23)) {
    case 0b000:
    case 0b001: {
      const page = bit(word, 31);
      const offset = signedBits(word, 23, 5) * 4 + bits(word, 30, 29);
      return { op: 'address', rd, page, offset: page ? offset * 4096 : offset };
    }
    case 0b010: {
      const value = bits(word, 21, 10) * (bit(word, 22) ? 4096 : 1);
      return { op: 'add-immediate', is64, subtract: bit(word, 30), setFlags: bit(word, 29), rd, rn, value };
    }
    case 0b100: {
      const operation = logical[bits(word, 30, 29)] ?? 'and';
      const n = bits(word, 22, 22);
      if (!is64 && n === 1) return undefined;
      const mask = logicalMask(n, bits(word, 15, 10), bits(word, 21, 16), is64 ? 64 : 32);
      return mask === undefined ? undefined : { op: 'logical-immediate', is64, operation, rd, rn, mask };
    }
    case 0b101:
      return moveWide(word, is64, rd);
    case 0b110:
      return bitfield(word, is64, rd, rn);
    case 0b111: {
      const lsb = bits(word, 15, 10);
      const allocated = bits(word, 30, 29) === 0 && !bit(word, 21) && bit(word, 22) === is64;
      if (!allocated || (!is64 && lsb > 31)) return undefined;
      return { op: 'extract', is64, rd, rn, rm: bits(word, 20, 16), lsb };
    }
    default:
      return undefined;
  }
}

function moveWide(word: number, is64: boolean, rd: number): IntegerInstruction | undefined {
  const operation = ([`movn`, undefined, `movz`, `movk`] as const)[bits(word, 30, 29)];
  const shift = bits(word, 22, 21) * 16;
  if (operation === undefined || (!is64 && shift > 16)) return undefined;
  return { op: 'move-wide', is64, operation, rd, value: bits(word, 20, 5), shift };
}

function bitfield(word: number, is64: boolean, rd: number, rn: number): IntegerInstruction | undefined {
  const operation = (['sbfm', 'bfm', 'ubfm'] as const)[bits(word, 30, 29)];
  const rotate = bits(word, 21, 16);
  const top = bits(word, 15, 10);
  if (operation === undefined || bit(word, 22) !== is64) return undefined;
  if (!is64 && (rotate > 31 || top > 31)) return undefined;
  return { op: 'bitfield', is64, operation, rd, rn, rotate, top };
}
