import type { SimdInstruction } from '../simd-instruction.ts';
import { bit, bits } from './fields.ts';
import { decodeSimdImmediate } from './simd-immediate.ts';
import * as names from './simd-names.ts';

type Decoded = SimdInstruction | undefined;

/** Advanced SIMD data processing: bits 28 to 24 are 0111x or, for single lanes, 1111x with bit 30 set. */
export function decodeSimd(word: number): Decoded {
  if (bit(word, 31)) return undefined;
  if (bit(word, 24)) {
    if (!bit(word, 10)) return byElement(word);
    if (bit(word, 23)) return undefined;
    if (bits(word, 22, 19) !== 0) return shift(word);
    return bit(word, 28) ? undefined : decodeSimdImmediate(word);
  }
  if (bit(word, 21)) return withOpcode(word);
  if (bit(word, 15)) return undefined;
  if (bit(word, 10)) return bits(word, 23, 22) === 0 ? copy(word) : undefined;
  if (bit(word, 28)) return undefined;
  if (bit(word, 29)) return extract(word);
  return bit(word, 11) ? permute(word) : table(word);
}

interface Fields {
  readonly q: boolean;
  readonly scalar: boolean;
  readonly sizeLog2: number;
  readonly rd: number;
  readonly rn: number;
}

function fields(word: number): Fields {
  const [rd, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  return { q: bit(word, 30), scalar: bit(word, 28), sizeLog2: bits(word, 23, 22), rd, rn };
}

function withOpcode(word: number): Decoded {
  const vectors = fields(word);
  const u = bits(word, 29, 29);
  if (bit(word, 10)) return threeSame(word, vectors, u);
  const rm = bits(word, 20, 16);
  if (!bit(word, 11)) {
    const operation = names.threeDifferent[u * 16 + bits(word, 15, 12)];
    if (operation === undefined || !names.wideningAllowed(operation, vectors)) return undefined;
    return { op: 'simd-three-different', ...vectors, operation, rm };
  }
  if (bits(word, 20, 17) === 0b0000) return twoMisc(word, vectors, u);
  if (bits(word, 20, 17) === 0b1000) return across(word, vectors, u);
  return undefined;
}

function threeSame(word: number, vectors: Fields, u: number): Decoded {
  const opcode = bits(word, 15, 11);
  const rm = bits(word, 20, 16);
  if (opcode >= 24) {
    const { sizeLog2 } = vectors;
    const operation = names.threeSameFloat[(u * 2 + (sizeLog2 >> 1)) * 8 + (opcode - 24)];
    const lanes = { ...vectors, sizeLog2: 2 + (sizeLog2 & 1) };
    if (operation === undefined || !names.floatLanesAllowed(operation, lanes)) return undefined;
    return { op: 'simd-three-same-float', ...lanes, operation, rm };
  }
  if (opcode === 3) {
    if (vectors.scalar) return undefined;
    const operation = names.logical[u * 4 + vectors.sizeLog2] ?? 'and';
    return { op: 'simd-three-same', ...vectors, sizeLog2: 3, q: vectors.q, operation, rm };
  }
  const operation = names.threeSame[u * 24 + opcode];
  if (operation === undefined || !names.threeSameAllowed(operation, vectors)) return undefined;
  return { op: 'simd-three-same', ...vectors, operation, rm };
}

function twoMisc(word: number, vectors: Fields, u: number): Decoded {
  const opcode = bits(word, 16, 12);
  const { sizeLog2 } = vectors;
  const float = names.twoMiscFloat.get((u << 6) | ((sizeLog2 >> 1) << 5) | opcode);
  if (float !== undefined) {
    const lanes = { ...vectors, sizeLog2: 2 + (sizeLog2 & 1) };
    if (!names.twoMiscFloatAllowed(float, lanes)) return undefined;
    return { op: 'simd-two-misc-float', ...lanes, operation: float };
  }
  const operation =
    u === 1 && opcode === 5 ? (['not', 'rbit'] as const)[sizeLog2] : names.twoMisc[u * 32 + opcode];
  if (operation === undefined) return undefined;
  const lanes = operation === 'not' || operation === 'rbit' ? { ...vectors, sizeLog2: 0 } : vectors;
  if (!names.twoMiscAllowed(operation, lanes)) return undefined;
  return { op: 'simd-two-misc', ...lanes, operation };
}

function across(word: number, vectors: Fields, u: number): Decoded {
  const opcode = bits(word, 16, 12);
  const { q, scalar, sizeLog2 } = vectors;
  if (scalar) {
    if (u === 0) {
      return opcode === 27 && sizeLog2 === 3
        ? { op: 'simd-pairwise', ...vectors, operation: 'addp' }
        : undefined;
    }
    const operation = names.pairwiseFloat[opcode]?.[sizeLog2 >> 1];
    if (operation === undefined) return undefined;
    return { op: 'simd-pairwise', ...vectors, sizeLog2: 2 + (sizeLog2 & 1), operation };
  }
  const float = u === 1 ? names.acrossFloat[opcode]?.[sizeLog2 >> 1] : undefined;
  if (float !== undefined) {
    if (!q || (sizeLog2 & 1) !== 0) return undefined;
    return { op: 'simd-across', ...vectors, sizeLog2: 2, operation: float };
  }
  const operation = names.across[u]?.[opcode];
  if (operation === undefined || sizeLog2 === 3 || (sizeLog2 === 2 && !q)) return undefined;
  return { op: 'simd-across', ...vectors, operation };
}

function byElement(word: number): Decoded {
  const vectors = fields(word);
  const { sizeLog2, q, scalar } = vectors;
  const operation = names.byElement[bits(word, 29, 29) * 16 + bits(word, 15, 12)];
  if (operation === undefined) return undefined;
  const [h, l, m] = [bits(word, 11, 11), bits(word, 21, 21), bits(word, 20, 20)];
  if (operation.startsWith('f')) {
    if (sizeLog2 < 2 || (sizeLog2 === 3 && (l === 1 || !(q || scalar)))) return undefined;
    const index = sizeLog2 === 2 ? h * 2 + l : h;
    return { op: 'simd-by-element', ...vectors, operation, rm: bits(word, 20, 16), index };
  }
  if (sizeLog2 !== 1 && sizeLog2 !== 2) return undefined;
  if (scalar && !operation.startsWith('sq')) return undefined;
  const index = sizeLog2 === 1 ? h * 4 + l * 2 + m : h * 2 + l;
  const rm = sizeLog2 === 1 ? bits(word, 19, 16) : bits(word, 20, 16);
  return { op: 'simd-by-element', ...vectors, operation, rm, index };
}

function shift(word: number): Decoded {
  const operation = names.shifts[bits(word, 29, 29) * 32 + bits(word, 15, 11)];
  const combined = bits(word, 22, 16);
  const size = 31 - Math.clz32(bits(word, 22, 19));
  if (operation === undefined) return undefined;
  const laneBits = 8 << size;
  const left = names.leftShifts.has(operation);
  const amount = left ? combined - laneBits : 2 * laneBits - combined;
  const vectors = { ...fields(word), sizeLog2: size };
  if (!names.shiftAllowed(operation, vectors)) return undefined;
  return { op: 'simd-shift', ...vectors, operation, shift: amount };
}

function permute(word: number): Decoded {
  const vectors = fields(word);
  const operation = names.permutes[bits(word, 14, 12)];
  if (operation === undefined || (vectors.sizeLog2 === 3 && !vectors.q)) return undefined;
  return { op: 'simd-permute', ...vectors, operation, rm: bits(word, 20, 16) };
}

function registers(word: number): { q: boolean; rd: number; rn: number; rm: number } {
  return { q: bit(word, 30), rd: bits(word, 4, 0), rn: bits(word, 9, 5), rm: bits(word, 20, 16) };
}

function extract(word: number): Decoded {
  const index = bits(word, 14, 11);
  if (bits(word, 23, 22) !== 0 || (!bit(word, 30) && index > 7)) return undefined;
  return { op: 'simd-extract', ...registers(word), index };
}

function table(word: number): Decoded {
  if (bits(word, 23, 22) !== 0) return undefined;
  const [count, keep] = [bits(word, 14, 13) + 1, bit(word, 12)];
  return { op: 'simd-table', ...registers(word), registers: count, keep };
}

function copy(word: number): Decoded {
  const imm5 = bits(word, 20, 16);
  const imm4 = bits(word, 14, 11);
  const sizeLog2 = 31 - Math.clz32(imm5 & -imm5);
  if (imm5 === 0 || sizeLog2 > 3) return undefined;
  const { q, scalar, rd, rn } = fields(word);
  const base = { op: 'simd-copy', q, scalar, sizeLog2, index: imm5 >> (sizeLog2 + 1), rd, rn } as const;
  if (bit(word, 29)) {
    if (!q || scalar) return undefined;
    return { ...base, operation: 'insert-element', source: imm4 >> sizeLog2 };
  }
  const operation = names.copies[imm4];
  if (operation === undefined || (scalar && operation !== 'dup-element')) return undefined;
  if (operation === 'umov' && (sizeLog2 === 3) !== q) return undefined;
  if (operation === 'smov' && (sizeLog2 === 3 || (sizeLog2 === 2 && !q))) return undefined;
  if (operation === 'insert-general' && !q) return undefined;
  if (operation.startsWith('dup') && sizeLog2 === 3 && !q && !scalar) return undefined;
  return { ...base, operation, source: 0 };
}
