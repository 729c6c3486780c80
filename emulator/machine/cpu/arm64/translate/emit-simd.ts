import type { Instruction } from '../decode/decode.ts';
import type { SimdInstruction } from '../simd-instruction.ts';
import { stateOffsets } from '../state.ts';
import type { Emitter } from './emitter.ts';
import { op } from './wasm-code.ts';

/** Advanced SIMD instructions that WebAssembly has too; the rest is left to the interpreter. */

/** Vector opcodes behind the prefix 0xfd, by lane size where there are several. */
const vector = {
  load: 0,
  store: 11,
  constant: 12,
  shuffle: 13,
  swizzle: 14,
  splat: [15, 16, 17, 18],
  and: 78,
  andNot: 79,
  or: 80,
  xor: 81,
  not: 77,
  bitselect: 82,
  equal: [35, 45, 55, 214],
  greaterSigned: [39, 49, 59, 217],
  greaterUnsigned: [40, 50, 60, undefined],
  greaterEqualSigned: [43, 53, 63, 219],
  greaterEqualUnsigned: [44, 54, 64, undefined],
  add: [110, 142, 174, 206],
  subtract: [113, 145, 177, 209],
  multiply: [undefined, 149, 181, undefined],
  minimumSigned: [118, 150, 182, undefined],
  minimumUnsigned: [119, 151, 183, undefined],
  maximumSigned: [120, 152, 184, undefined],
  maximumUnsigned: [121, 153, 185, undefined],
  shiftLeft: [107, 139, 171, 203],
  shiftRightSigned: [108, 140, 172, 204],
  shiftRightUnsigned: [109, 141, 173, 205],
  negate: [97, 129, 161, 193],
  absolute: [96, 128, 160, 192],
} as const;

type Opcodes = readonly (number | undefined)[];
type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;

function vectorOp(emitter: Emitter, opcode: number, ...immediates: readonly number[]): void {
  emitter.code.index(0xfd, opcode).raw(immediates);
}

/** Pushes a vector register. */
function push(emitter: Emitter, register: number): void {
  emitter.code
    .i32(0)
    .index(0xfd, vector.load)
    .memoryArgument(stateOffsets.vectors + 16 * register);
}

/** Stores what `make` pushes; without `q` the upper half becomes zero. */
function pop(emitter: Emitter, register: number, q: boolean, make: () => void): void {
  const { code } = emitter;
  code.i32(0);
  make();
  code.index(0xfd, vector.store).memoryArgument(stateOffsets.vectors + 16 * register);
  if (!q)
    code
      .i32(0)
      .i64(0n)
      .memory(op.i64Store, stateOffsets.vectors + 16 * register + 8);
}

const binary: Readonly<Record<string, Opcodes>> = {
  add: vector.add,
  sub: vector.subtract,
  mul: vector.multiply,
  cmeq: vector.equal,
  cmgt: vector.greaterSigned,
  cmhi: vector.greaterUnsigned,
  cmge: vector.greaterEqualSigned,
  cmhs: vector.greaterEqualUnsigned,
  smax: vector.maximumSigned,
  umax: vector.maximumUnsigned,
  smin: vector.minimumSigned,
  umin: vector.minimumUnsigned,
  and: [vector.and, vector.and, vector.and, vector.and],
  orr: [vector.or, vector.or, vector.or, vector.or],
  eor: [vector.xor, vector.xor, vector.xor, vector.xor],
  bic: [vector.andNot, vector.andNot, vector.andNot, vector.andNot],
};
/** Operations on neighbours of two registers, as the operation on their even and odd lanes. */
const pairwise: Readonly<Record<string, Opcodes>> = {
  addp: vector.add,
  umaxp: vector.maximumUnsigned,
  smaxp: vector.maximumSigned,
  uminp: vector.minimumUnsigned,
  sminp: vector.minimumSigned,
};
/** Which operand comes first in a selection: where a bit of the third is set, and where it is not. */
const selections: Readonly<Record<string, readonly ('rd' | 'rn' | 'rm')[]>> = {
  bsl: ['rn', 'rm', 'rd'],
  bit: ['rn', 'rd', 'rm'],
  bif: ['rd', 'rn', 'rm'],
};

/** Byte numbers of a shuffle that takes the even or odd lanes of two vectors, of 8 or 16 bytes each. */
function everyOther(sizeLog2: number, odd: number, q: boolean): readonly number[] {
  const size = 1 << sizeLog2;
  const perVector = (q ? 16 : 8) / size;
  const bytes: number[] = [];
  for (let lane = 0; lane < 16 / size; lane += 1) {
    const from = (2 * lane + odd) % (2 * perVector);
    const start = from < perVector ? from * size : 16 + (from - perVector) * size;
    for (let byte = 0; byte < size; byte += 1) bytes.push(start + byte);
  }
  return bytes;
}

function threeSame(emitter: Emitter, instruction: Of<'simd-three-same'>): boolean {
  const { operation, scalar, q, sizeLog2, rd, rn, rm } = instruction;
  if (scalar) return false;
  const pair = pairwise[operation]?.[sizeLog2];
  if (pair !== undefined) {
    const lanes = (odd: number): void => {
      push(emitter, rn);
      push(emitter, rm);
      vectorOp(emitter, vector.shuffle, ...everyOther(sizeLog2, odd, q));
    };
    pop(emitter, rd, q, () => {
      lanes(0);
      lanes(1);
      vectorOp(emitter, pair);
    });
    return true;
  }
  const order = selections[operation];
  if (order !== undefined) {
    pop(emitter, rd, q, () => {
      for (const name of order) push(emitter, instruction[name]);
      vectorOp(emitter, vector.bitselect);
    });
    return true;
  }
  const opcode = binary[operation]?.[sizeLog2];
  if (opcode === undefined) return false;
  pop(emitter, rd, q, () => {
    push(emitter, rn);
    push(emitter, rm);
    vectorOp(emitter, opcode);
  });
  return true;
}

const comparedWithZero: Readonly<Record<string, Opcodes>> = {
  cmeq: vector.equal,
  cmgt: vector.greaterSigned,
  cmge: vector.greaterEqualSigned,
};
const unary: Readonly<Record<string, Opcodes>> = {
  neg: vector.negate,
  abs: vector.absolute,
  not: [vector.not],
};

function twoMisc(emitter: Emitter, instruction: Of<'simd-two-misc'>): boolean {
  const { operation, scalar, q, sizeLog2, rd, rn } = instruction;
  if (scalar) return false;
  const compared = comparedWithZero[operation]?.[sizeLog2];
  const alone = unary[operation]?.[sizeLog2];
  if (compared === undefined && alone === undefined) return false;
  pop(emitter, rd, q, () => {
    push(emitter, rn);
    if (compared !== undefined) vectorOp(emitter, vector.constant, ...new Array<number>(16).fill(0));
    vectorOp(emitter, compared ?? alone ?? 0);
  });
  return true;
}

function shift(emitter: Emitter, instruction: Of<'simd-shift'>): boolean {
  const { operation, scalar, q, sizeLog2, rd, rn, shift: amount } = instruction;
  if (scalar) return false;
  if (operation === 'shrn' && sizeLog2 < 3) return narrowingShift(emitter, instruction);
  const opcodes =
    operation === 'shl'
      ? vector.shiftLeft
      : operation === 'ushr'
        ? vector.shiftRightUnsigned
        : operation === 'sshr'
          ? vector.shiftRightSigned
          : undefined;
  const opcode = opcodes?.[sizeLog2];
  // WebAssembly takes the amount modulo the lane; a right shift by the whole lane is another thing here.
  if (opcode === undefined || amount >= 8 << sizeLog2) return false;
  pop(emitter, rd, q, () => {
    push(emitter, rn);
    emitter.code.i32(amount);
    vectorOp(emitter, opcode);
  });
  return true;
}

function narrowingShift(emitter: Emitter, { q, sizeLog2, rd, rn, shift: amount }: Of<'simd-shift'>): boolean {
  const opcode = vector.shiftRightUnsigned[sizeLog2 + 1];
  if (opcode === undefined) return false;
  const lower = everyOther(sizeLog2, 0, true).slice(0, 8);
  const bytes = q ? [16, 17, 18, 19, 20, 21, 22, 23, ...lower] : [...lower, ...lower];
  pop(emitter, rd, q, () => {
    push(emitter, rn);
    emitter.code.i32(amount);
    vectorOp(emitter, opcode);
    push(emitter, rd);
    vectorOp(emitter, vector.shuffle, ...bytes);
  });
  return true;
}

/** Writes an Advanced SIMD instruction; false for one that is left to the interpreter. */
export function emitSimd(emitter: Emitter, instruction: Instruction): boolean {
  const { code } = emitter;
  switch (instruction.op) {
    case 'simd-three-same':
      return threeSame(emitter, instruction);
    case 'simd-two-misc':
      return twoMisc(emitter, instruction);
    case 'simd-shift':
      return shift(emitter, instruction);
    case 'simd-copy': {
      const { operation, q, scalar, sizeLog2, rd, rn } = instruction;
      if (operation !== 'dup-general' || scalar) return false;
      pop(emitter, rd, q, () => {
        emitter.register(rn);
        if (sizeLog2 < 3) code.emit(op.i32WrapI64);
        vectorOp(emitter, vector.splat[sizeLog2] ?? 0);
      });
      return true;
    }
    case 'simd-extract': {
      const { q, index, rd, rn, rm } = instruction;
      if (!q) return false;
      pop(emitter, rd, true, () => {
        push(emitter, rn);
        push(emitter, rm);
        vectorOp(emitter, vector.shuffle, ...Array.from({ length: 16 }, (_, byte) => byte + index));
      });
      return true;
    }
    case 'simd-immediate': {
      const { operation, q, rd, value } = instruction;
      if (operation !== 'move') return false;
      const at = stateOffsets.vectors + 16 * rd;
      code.i32(0).i64(value).memory(op.i64Store, at);
      code
        .i32(0)
        .i64(q ? value : 0n)
        .memory(op.i64Store, at + 8);
      return true;
    }
    case 'float-move': {
      const { toGeneral, bits, upper, rd, rn } = instruction;
      if (toGeneral) {
        const at = stateOffsets.vectors + 16 * rn + (upper ? 8 : 0);
        code.i32(0).memory(bits === 64 ? op.i64Load : op.i64Load32, at);
        emitter.setRegister(rd);
        return true;
      }
      const at = stateOffsets.vectors + 16 * rd;
      code.i32(0);
      emitter.sized(rn, bits === 64);
      code.memory(op.i64Store, at + (upper ? 8 : 0));
      if (!upper)
        code
          .i32(0)
          .i64(0n)
          .memory(op.i64Store, at + 8);
      return true;
    }
    default:
      return false;
  }
}
