import type { MemoryInstruction, WriteBack } from '../instruction.ts';
import { bit, bits } from './fields.ts';

/** By opcode: registers of a structure, and how many structures in turn. */
const multiple: Readonly<Record<number, readonly [elements: number, repeats: number]>> = {
  0: [4, 1],
  2: [1, 4],
  4: [3, 1],
  6: [1, 3],
  7: [1, 1],
  8: [2, 1],
  10: [1, 2],
};

/** Advanced SIMD loads and stores of structures (ld1 to ld4 and their like). */
export function decodeStructures(word: number): MemoryInstruction | undefined {
  const post = bit(word, 23);
  const rm = bits(word, 20, 16);
  const writeBack: WriteBack = !post ? 'none' : rm === 31 ? 'size' : { rm };
  if (!post && (bit(word, 24) ? rm & 15 : rm) !== 0) return undefined;
  return bit(word, 24) ? lane(word, writeBack) : whole(word, writeBack);
}

function whole(word: number, writeBack: WriteBack): MemoryInstruction | undefined {
  const counts = multiple[bits(word, 15, 12)];
  const q = bit(word, 30);
  const sizeLog2 = bits(word, 11, 10);
  if (counts === undefined || bit(word, 21)) return undefined;
  const [elements, repeats] = counts;
  if (elements > 1 && sizeLog2 === 3 && !q) return undefined;
  const [rt, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  return { op: 'structure', load: bit(word, 22), elements, repeats, q, sizeLog2, rt, rn, writeBack };
}

function lane(word: number, writeBack: WriteBack): MemoryInstruction | undefined {
  const load = bit(word, 22);
  const opcode = bits(word, 15, 13);
  const elements = (opcode & 1) * 2 + bits(word, 21, 21) + 1;
  const q = bit(word, 30);
  const [s, size] = [bits(word, 12, 12), bits(word, 11, 10)];
  const [rt, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  const fields = { op: 'structure-lane', load, elements, q, rt, rn, writeBack } as const;
  const top = bits(word, 30, 30);
  switch (opcode >> 1) {
    case 0:
      return { ...fields, sizeLog2: 0, lane: top * 8 + s * 4 + size, replicate: false };
    case 1:
      if ((size & 1) !== 0) return undefined;
      return { ...fields, sizeLog2: 1, lane: top * 4 + s * 2 + (size >> 1), replicate: false };
    case 2:
      if (size === 0) return { ...fields, sizeLog2: 2, lane: top * 2 + s, replicate: false };
      if (size !== 1 || s !== 0) return undefined;
      return { ...fields, sizeLog2: 3, lane: top, replicate: false };
    default:
      return load && s === 0 ? { ...fields, sizeLog2: size, lane: 0, replicate: true } : undefined;
  }
}
