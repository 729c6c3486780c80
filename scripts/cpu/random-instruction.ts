import { decode } from '../../emulator/machine/cpu/arm64/decode/decode.ts';

/** Random instructions by class of the encoding, with registers that the comparing program can set and read. */

/** What a register field may hold: a general register, one or zero, a vector register, or the address register. */
type Field = 'general' | 'zero' | 'vector' | 'base';

export interface InstructionClass {
  readonly name: string;
  /** Fixed bits, and which bits are free. */
  readonly fixed: number;
  readonly free: number;
  /** Fields at bits 0, 5, 10 and 16; absent ones are part of the free bits. */
  readonly fields: Readonly<Partial<Record<0 | 5 | 10 | 16, Field>>>;
}

const classOf = (
  name: string,
  fixed: number,
  free: number,
  fields: InstructionClass['fields'],
): InstructionClass => ({ name, fixed: fixed >>> 0, free: free >>> 0, fields });

const zero3 = { 0: 'zero', 5: 'zero', 16: 'zero' } as const;
const vector2 = { 0: 'vector', 5: 'vector' } as const;
const vector3 = { 0: 'vector', 5: 'vector', 16: 'vector' } as const;

export const instructionClasses: readonly InstructionClass[] = [
  classOf('add-immediate', 0x11000000, 0xe07ffc00, { 0: 'general', 5: 'general' }),
  classOf('logical-immediate', 0x12000000, 0xe07ffc00, { 0: 'general', 5: 'zero' }),
  classOf('move-wide', 0x12800000, 0xe07fffe0, { 0: 'zero' }),
  classOf('bitfield', 0x13000000, 0xe07ffc00, { 0: 'zero', 5: 'zero' }),
  classOf('extract', 0x13800000, 0x8040fc00, zero3),
  classOf('logical-register', 0x0a000000, 0xe0e0fc00, zero3),
  classOf('add-register', 0x0b000000, 0xe0c0fc00, zero3),
  classOf('add-extended', 0x0b200000, 0xe000fc00, { 0: 'general', 5: 'general', 16: 'zero' }),
  classOf('add-carry', 0x1a000000, 0xe0000000, zero3),
  classOf('conditional-compare', 0x3a400000, 0xc01ff80f, { 5: 'zero' }),
  classOf('conditional-select', 0x1a800000, 0xc000f400, zero3),
  classOf('one-source', 0x5ac00000, 0x80001c00, { 0: 'zero', 5: 'zero' }),
  classOf('two-source', 0x1ac00000, 0x80007c00, zero3),
  classOf('three-source', 0x1b000000, 0x80e08000, { ...zero3, 10: 'zero' }),
  classOf('load-store', 0x38000000, 0xc0d7f400, { 0: 'zero', 5: 'base' }),
  classOf('load-store-scaled', 0x39000000, 0xc0c03c00, { 0: 'zero', 5: 'base' }),
  classOf('load-store-vector', 0x3c000000, 0xc0d7f400, { 0: 'vector', 5: 'base' }),
  classOf('load-store-pair', 0x28000000, 0xc1c78000, { 0: 'general', 5: 'base', 10: 'general' }),
  classOf('load-store-pair-vector', 0x2c000000, 0xc1c38000, { 0: 'vector', 5: 'base', 10: 'vector' }),
  classOf('atomic', 0x38200000, 0xc0c0f000, { 0: 'zero', 5: 'base', 16: 'general' }),
  classOf('compare-swap', 0x08a07c00, 0xc0408000, { 0: 'general', 5: 'base', 16: 'general' }),
  classOf('ordered', 0x08808000, 0xc0400000 | 0x1f7c00, { 0: 'general', 5: 'base' }),
  classOf('structures', 0x0c000000, 0x4040fc00, { 0: 'vector', 5: 'base' }),
  classOf('structure-lanes', 0x0d000000, 0x4060fc00, { 0: 'vector', 5: 'base' }),
  classOf('float-two-source', 0x1e200800, 0x00c0f000, vector3),
  classOf('float-one-source', 0x1e204000, 0x00df8000, vector2),
  classOf('float-three-source', 0x1f000000, 0x00e08000, { ...vector3, 10: 'vector' }),
  classOf('float-compare', 0x1e202000, 0x00c00018, { 5: 'vector', 16: 'vector' }),
  classOf('float-conditional-compare', 0x1e200400, 0x00c0f00f, { 5: 'vector', 16: 'vector' }),
  classOf('float-select', 0x1e200c00, 0x00c0f000, vector3),
  classOf('float-immediate', 0x1e201000, 0x00dfe000, { 0: 'vector' }),
  classOf('float-to-integer', 0x1e200000, 0x80df0000, { 0: 'general', 5: 'vector' }),
  classOf('integer-to-float', 0x1e220000, 0x80c10000, { 0: 'vector', 5: 'zero' }),
  classOf('float-to-fixed', 0x1e180000, 0x80c1fc00, { 0: 'general', 5: 'vector' }),
  classOf('fixed-to-float', 0x1e020000, 0x80c1fc00, { 0: 'vector', 5: 'zero' }),
  classOf('move-to-vector', 0x1e270000, 0x80c80000, { 0: 'vector', 5: 'zero' }),
  classOf('move-from-vector', 0x1e260000, 0x80c80000, { 0: 'general', 5: 'vector' }),
  classOf('simd-three-same', 0x0e200400, 0x70c0f800, vector3),
  classOf('simd-two-misc', 0x0e200800, 0x70c1f000, vector2),
  classOf('simd-across', 0x0e300800, 0x70c1f000, vector2),
  classOf('simd-three-different', 0x0e200000, 0x70c0f000, vector3),
  classOf('simd-by-element', 0x0f000000, 0x70f0f800, { 0: 'vector', 5: 'vector' }),
  classOf('simd-shift', 0x0f000400, 0x707ff800, vector2),
  classOf('simd-immediate', 0x0f000400, 0x6007f3e0, { 0: 'vector' }),
  classOf('simd-copy', 0x0e000400, 0x701f7800, vector2),
  classOf('simd-copy-general', 0x0e000c00, 0x401f0000, { 0: 'vector', 5: 'zero' }),
  classOf('simd-insert-general', 0x4e001c00, 0x001f0000, { 0: 'vector', 5: 'zero' }),
  classOf('simd-move-general', 0x0e002c00, 0x401f1000, { 0: 'general', 5: 'vector' }),
  classOf('simd-permute', 0x0e000800, 0x40c07000, vector3),
  classOf('simd-extract', 0x2e000000, 0x40007800, vector3),
  classOf('simd-table', 0x0e000000, 0x40007000, vector3),
];

/** Numbers below `limit` from a seed. */
export type Random = (limit: number) => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    return Math.floor((((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32) * limit);
  };
}

function field(kind: Field, random: Random): number {
  if (kind === 'vector') return random(8);
  if (kind === 'base') return 16;
  return kind === 'zero' && random(8) === 0 ? 31 : random(16);
}

/** Whether a word stays within the registers and the memory that are compared. */
function isComparable(word: number, of: InstructionClass): boolean {
  const instruction = decode(word);
  if (of.name.startsWith('simd') !== instruction.op.startsWith('simd')) return false;
  if (instruction.op === 'undefined') return false;
  if (instruction.op === 'hint') return false;
  if (instruction.op === 'conditional-compare' && 'register' in instruction.operand)
    return instruction.operand.register < 16;
  if ('addressing' in instruction && instruction.addressing.mode === 'register') return false;
  if (instruction.op === 'load-exclusive' || instruction.op === 'store-exclusive') return false;
  if (instruction.op === 'load-pair') return instruction.rt !== instruction.rt2;
  if (instruction.op === 'compare-swap' && instruction.pair)
    return instruction.rs < 15 && instruction.rt < 15;
  if (instruction.op === 'structure' || instruction.op === 'structure-lane') return instruction.rt <= 4;
  if (instruction.op === 'simd-table') return instruction.rn <= 4;
  return !(instruction.op === 'simd-by-element' && instruction.rm > 7);
}

/** A random instruction of a class that our decoder knows; undefined where a hundred tries gave none. */
export function randomInstruction(of: InstructionClass, random: Random): number | undefined {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    let word = (of.fixed | (Math.floor(random(2 ** 32)) & of.free)) >>> 0;
    for (const position of [0, 5, 10, 16] as const) {
      const kind = of.fields[position];
      if (kind !== undefined) word = ((word & ~(31 << position)) | (field(kind, random) << position)) >>> 0;
    }
    if (isComparable(word, of)) return word;
  }
  return undefined;
}
