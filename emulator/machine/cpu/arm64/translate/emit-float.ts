import type { Instruction } from '../decode/decode.ts';
import { easy } from '../float/unit.ts';
import type { FloatBits, FloatInstruction, FloatTwoSource, Rounding } from '../simd-instruction.ts';
import { stateOffsets } from '../state.ts';
import type { Emitter } from './emitter.ts';
import { imported } from './emitter.ts';
import { emitCondition } from './flags.ts';
import { locals } from './locals.ts';
import { float, op } from './wasm-code.ts';

/**
 * Scalar arithmetic by the host's own instructions, where these give the same numbers and flags: FPCR is ordinary,
 * inexact results need no telling, and the result is one. Else the interpreter does it.
 */

type Of<Op extends FloatInstruction['op']> = Extract<FloatInstruction, { op: Op }>;
type Pair = readonly [number, number];

const offsetOf = (register: number): number => stateOffsets.vectors + 16 * register;
const pick = (pair: Pair, bits: FloatBits): number => pair[bits === 64 ? 1 : 0];
const local = (bits: FloatBits): number => (bits === 64 ? locals.double : locals.single);
const largest = { 32: 2 ** 128 - 2 ** 104, 64: Number.MAX_VALUE } as const;
const smallestNormal = { 32: 2 ** -126, 64: 2 ** -1022 } as const;

function constant(emitter: Emitter, bits: FloatBits, value: number): void {
  if (bits === 64) emitter.code.f64(value);
  else emitter.code.f32(value);
}

function push(emitter: Emitter, bits: FloatBits, register: number): void {
  emitter.code.i32(0).memory(pick(float.load, bits), offsetOf(register));
}

/** Stores the result local; the rest of the register becomes zero. */
function store(emitter: Emitter, bits: FloatBits, register: number): void {
  const { code } = emitter;
  code.i32(0).i64(0n).memory(op.i64Store, offsetOf(register));
  code
    .i32(0)
    .i64(0n)
    .memory(op.i64Store, offsetOf(register) + 8);
  code.i32(0).get(local(bits)).memory(pick(float.store, bits), offsetOf(register));
}

/** Leaves for the interpreter where what is on the stack is 0. */
function orSlow(emitter: Emitter): void {
  emitter.code.emit(op.i32Eqz).index(op.brIf, 0);
}

/**
 * `fast` writes code that finishes the instruction, or goes to the interpreter by `orSlow`; `needs` is what must hold of
 * FPCR and FPSR.
 */
function either(emitter: Emitter, needs: number, fast: () => void, slow: () => void): boolean {
  const { code } = emitter;
  code.open(op.block).open(op.block);
  if (needs !== 0) {
    code.i32(0).memory(op.i32Load, stateOffsets.ease).i32(needs).emit(op.i32And).i32(needs).emit(op.i32Eq);
    orSlow(emitter);
  }
  fast();
  code.index(op.br, 1).close();
  slow();
  code.close();
  return true;
}

const both = easy.ordinary | easy.inexact;

/** Pops a result into its local and leaves on the stack whether it is finite. */
function keepFinite(emitter: Emitter, bits: FloatBits): void {
  const { code } = emitter;
  code.tee(local(bits)).emit(pick(float.absolute, bits));
  constant(emitter, bits, largest[bits]);
  code.emit(pick(float.atMost, bits));
}

/** Pushes whether the result is above what may have lost bits on the way. */
function pushNormal(emitter: Emitter, bits: FloatBits): void {
  emitter.code.get(local(bits)).emit(pick(float.absolute, bits));
  constant(emitter, bits, smallestNormal[bits]);
  emitter.code.emit(pick(float.greater, bits));
}

function pushIsZero(emitter: Emitter, bits: FloatBits, register: number): void {
  push(emitter, bits, register);
  constant(emitter, bits, 0);
  emitter.code.emit(pick(float.equal, bits));
}

const arithmetic: Readonly<Partial<Record<FloatTwoSource, Pair>>> = {
  fadd: float.add,
  fsub: float.subtract,
  fmul: float.multiply,
  fnmul: float.multiply,
  fdiv: float.divide,
};

function twoSource(emitter: Emitter, instruction: Of<'float-two-source'>, slow: () => void): boolean {
  const { float: bits, operation, rd, rn, rm } = instruction;
  const opcode = arithmetic[operation];
  if (opcode === undefined) return false;
  const { code } = emitter;
  const fast = (): void => {
    push(emitter, bits, rn);
    push(emitter, bits, rm);
    code.emit(pick(opcode, bits));
    if (operation === 'fnmul') code.emit(pick(float.negate, bits));
    keepFinite(emitter, bits);
    if (operation !== 'fadd' && operation !== 'fsub') {
      // A sum that is too small is exact; a product or quotient is where it is nothing but zero.
      pushNormal(emitter, bits);
      pushIsZero(emitter, bits, rn);
      code.emit(op.i32Or);
      if (operation !== 'fdiv') {
        pushIsZero(emitter, bits, rm);
        code.emit(op.i32Or);
      }
      code.emit(op.i32And);
    }
    orSlow(emitter);
    store(emitter, bits, rd);
  };
  return either(emitter, both, fast, slow);
}

function copyOf(emitter: Emitter, bits: FloatBits, rd: number, rn: number, change: () => void): void {
  const { code } = emitter;
  code
    .i32(0)
    .i32(0)
    .memory(bits === 64 ? op.i64Load : op.i64Load32, offsetOf(rn));
  change();
  code.memory(op.i64Store, offsetOf(rd));
  code
    .i32(0)
    .i64(0n)
    .memory(op.i64Store, offsetOf(rd) + 8);
}

function oneSource(emitter: Emitter, instruction: Of<'float-one-source'>, slow: () => void): boolean {
  const { float: bits, operation, rd, rn } = instruction;
  const { code } = emitter;
  if (operation === 'fsqrt') {
    const fast = (): void => {
      push(emitter, bits, rn);
      code.emit(pick(float.squareRoot, bits));
      keepFinite(emitter, bits);
      orSlow(emitter);
      store(emitter, bits, rd);
    };
    return either(emitter, both, fast, slow);
  }
  const sign = 1n << BigInt(bits - 1);
  copyOf(emitter, bits, rd, rn, () => {
    if (operation === 'fabs') code.i64(sign - 1n).emit(op.i64And);
    else if (operation === 'fneg') code.i64(sign).emit(op.i64Xor);
  });
  return true;
}

function multiplyAdd(emitter: Emitter, instruction: Of<'float-multiply-add'>, slow: () => void): boolean {
  const { float: bits, negateProduct, negateAddend, rd, rn, rm, ra } = instruction;
  const { code } = emitter;
  const operand = (register: number, negates: boolean): void => {
    push(emitter, bits, register);
    if (negates) code.emit(pick(float.negate, bits));
    if (bits === 32) code.emit(float.promote);
  };
  const fast = (): void => {
    operand(ra, negateAddend);
    operand(rn, negateProduct);
    operand(rm, false);
    code.index(op.call, bits === 64 ? imported.fusedDouble : imported.fusedSingle);
    if (bits === 32) code.emit(float.demote);
    keepFinite(emitter, bits);
    pushNormal(emitter, bits);
    code.emit(op.i32And);
    orSlow(emitter);
    store(emitter, bits, rd);
  };
  return either(emitter, both, fast, slow);
}

function compare(emitter: Emitter, { float: bits, rn, rm }: Of<'float-compare'>, slow: () => void): boolean {
  const { code } = emitter;
  const second = (): void => {
    if (rm === undefined) constant(emitter, bits, 0);
    else push(emitter, bits, rm);
  };
  const test = (opcode: Pair): void => {
    push(emitter, bits, rn);
    second();
    code.emit(pick(opcode, bits));
  };
  const fast = (): void => {
    test(float.atMost);
    test(float.greater);
    code.emit(op.i32Or);
    orSlow(emitter);
    // Less 1000, equal 0110, greater 0010: 2 + 6 * less + 4 * equal.
    code.i32(2);
    test(float.less);
    code.i32(6).emit(op.i32Mul, op.i32Add);
    test(float.equal);
    code.i32(4).emit(op.i32Mul, op.i32Add).set(locals.flags);
  };
  return either(emitter, easy.ordinary, fast, slow);
}

function select(emitter: Emitter, { float: bits, rd, rn, rm, condition }: Of<'float-select'>): boolean {
  const { code } = emitter;
  const load = bits === 64 ? op.i64Load : op.i64Load32;
  code.i32(0);
  code.i32(0).memory(load, offsetOf(rn));
  code.i32(0).memory(load, offsetOf(rm));
  emitCondition(code, condition, emitter.flags);
  code.emit(op.select).memory(op.i64Store, offsetOf(rd));
  code
    .i32(0)
    .i64(0n)
    .memory(op.i64Store, offsetOf(rd) + 8);
  return true;
}

function convert(emitter: Emitter, { from, to, rd, rn }: Of<'float-convert'>, slow: () => void): boolean {
  if (from === 16 || to === 16) return false;
  const { code } = emitter;
  const narrows = to === 32;
  const fast = (): void => {
    push(emitter, from, rn);
    code.emit(narrows ? float.demote : float.promote);
    keepFinite(emitter, to);
    if (narrows) {
      pushNormal(emitter, to);
      pushIsZero(emitter, from, rn);
      code.emit(op.i32Or, op.i32And);
    }
    orSlow(emitter);
    store(emitter, to, rd);
  };
  return either(emitter, narrows ? both : easy.ordinary, fast, slow);
}

function fromInteger(
  emitter: Emitter,
  instruction: Of<'float-to-integer' | 'integer-to-float'>,
  slow: () => void,
): boolean {
  const { float: bits, is64, signed, fractionBits, rd, rn } = instruction;
  if (fractionBits !== 0) return false;
  const { code } = emitter;
  const opcode = is64
    ? signed
      ? float.fromI64Signed
      : float.fromI64Unsigned
    : signed
      ? float.fromI32Signed
      : float.fromI32Unsigned;
  const fast = (): void => {
    emitter.register(rn);
    if (!is64) code.emit(op.i32WrapI64);
    code.emit(pick(opcode, bits)).set(local(bits));
    store(emitter, bits, rd);
  };
  return either(emitter, is64 || bits === 32 ? both : 0, fast, slow);
}

const roundings: Readonly<Partial<Record<Rounding, Pair>>> = {
  even: float.nearest,
  up: float.ceil,
  down: float.floor,
  zero: float.truncate,
  current: float.nearest,
};

function toInteger(
  emitter: Emitter,
  instruction: Of<'float-to-integer' | 'integer-to-float'>,
  slow: () => void,
): boolean {
  const { float: bits, is64, signed, rounding, fractionBits, rd, rn } = instruction;
  const round = roundings[rounding];
  if (fractionBits !== 0 || round === undefined) return false;
  const { code } = emitter;
  const width = is64 ? 64 : 32;
  const opcode = is64
    ? signed
      ? float.toI64Signed
      : float.toI64Unsigned
    : signed
      ? float.toI32Signed
      : float.toI32Unsigned;
  const fast = (): void => {
    push(emitter, bits, rn);
    code.emit(pick(round, bits)).tee(local(bits));
    constant(emitter, bits, signed ? -(2 ** (width - 1)) : 0);
    code.emit(pick(float.atLeast, bits)).get(local(bits));
    constant(emitter, bits, 2 ** (signed ? width - 1 : width));
    code.emit(pick(float.less, bits), op.i32And);
    orSlow(emitter);
    code.get(local(bits)).emit(pick(opcode, bits));
    if (!is64) code.emit(op.i64ExtendI32Unsigned);
    emitter.setRegister(rd);
  };
  return either(emitter, both, fast, slow);
}

function roundToIntegral(emitter: Emitter, instruction: Of<'float-round'>, slow: () => void): boolean {
  const { float: bits, rounding, rd, rn } = instruction;
  const round = roundings[rounding];
  if (round === undefined) return false;
  const fast = (): void => {
    push(emitter, bits, rn);
    emitter.code.emit(pick(round, bits));
    keepFinite(emitter, bits);
    orSlow(emitter);
    store(emitter, bits, rd);
  };
  return either(emitter, both, fast, slow);
}

/** Writes a floating-point instruction, with `slow` for what the host cannot do; false for one that is all slow. */
export function emitFloat(emitter: Emitter, instruction: Instruction, slow: () => void): boolean {
  switch (instruction.op) {
    case 'float-two-source':
      return twoSource(emitter, instruction, slow);
    case 'float-one-source':
      return oneSource(emitter, instruction, slow);
    case 'float-multiply-add':
      return multiplyAdd(emitter, instruction, slow);
    case 'float-compare':
      return compare(emitter, instruction, slow);
    case 'float-select':
      return select(emitter, instruction);
    case 'float-convert':
      return convert(emitter, instruction, slow);
    case 'integer-to-float':
      return fromInteger(emitter, instruction, slow);
    case 'float-to-integer':
      return toInteger(emitter, instruction, slow);
    case 'float-round':
      return roundToIntegral(emitter, instruction, slow);
    case 'float-immediate': {
      const { rd, value } = instruction;
      emitter.code.i32(0).i64(value).memory(op.i64Store, offsetOf(rd));
      emitter.code
        .i32(0)
        .i64(0n)
        .memory(op.i64Store, offsetOf(rd) + 8);
      return true;
    }
    default:
      return false;
  }
}
