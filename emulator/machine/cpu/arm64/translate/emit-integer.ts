import type { Instruction } from '../decode/decode.ts';
import type { IntegerInstruction, ShiftKind } from '../instruction.ts';
import type { Emitter } from './emitter.ts';
import { emitCondition, emitPack, packed } from './flags.ts';
import { locals } from './locals.ts';
import { op, type } from './wasm-code.ts';

type Of<Op extends IntegerInstruction['op']> = Extract<IntegerInstruction, { op: Op }>;

const shiftOpcodes = {
  lsl: op.i64Shl,
  lsr: op.i64ShrUnsigned,
  asr: op.i64ShrSigned,
  ror: op.i64Rotr,
} as const;

/** Pushes a register, shifted by a constant. */
function shifted(emitter: Emitter, field: number, is64: boolean, kind: ShiftKind, amount: number): void {
  const { code } = emitter;
  emitter.sized(field, is64);
  if (amount === 0) return;
  if (!is64 && kind === 'asr') code.emit(op.i64Extend32);
  if (!is64 && kind === 'ror') {
    code.tee(locals.third).i64(32n).emit(op.i64Shl).get(locals.third).emit(op.i64Or);
  }
  code.i64(BigInt(amount)).emit(shiftOpcodes[kind]);
  if (!is64) emitter.narrow();
}

/** Adds or subtracts what is in `flagA` and on the stack; the result is on the stack. */
function addition(
  emitter: Emitter,
  facts: { readonly is64: boolean; readonly subtract: boolean; readonly setFlags: boolean },
  pushFirst: () => void,
  pushSecond: () => void,
): void {
  const { code } = emitter;
  const opcode = facts.subtract ? op.i64Sub : op.i64Add;
  pushFirst();
  if (facts.setFlags) code.set(locals.flagA);
  if (facts.setFlags) {
    pushSecond();
    code.set(locals.flagB).get(locals.flagA).get(locals.flagB);
  } else pushSecond();
  code.emit(opcode);
  if (!facts.is64) emitter.narrow();
  if (!facts.setFlags) return;
  code.tee(locals.flagResult);
  emitter.flags = { kind: facts.subtract ? 'subtract' : 'add', is64: facts.is64 };
}

function firstOperand(emitter: Emitter, field: number, is64: boolean): void {
  emitter.stackOrRegister(field);
  if (!is64) emitter.narrow();
}

/** Pushes a register, extended and shifted as ExtendReg() does. */
export function extended(emitter: Emitter, field: number, kind: number, amount: number): void {
  const { code } = emitter;
  emitter.register(field);
  const masks = [0xffn, 0xffffn, 0xffff_ffffn];
  const mask = masks[kind];
  if (mask !== undefined) code.i64(mask).emit(op.i64And);
  else if (kind === 4) code.emit(op.i64Extend8);
  else if (kind === 5) code.emit(op.i64Extend16);
  else if (kind === 6) code.emit(op.i64Extend32);
  if (amount > 0) code.i64(BigInt(amount)).emit(op.i64Shl);
}

function logical(
  emitter: Emitter,
  { is64, operation }: { readonly is64: boolean; readonly operation: string },
): void {
  const { code } = emitter;
  code.emit(operation === 'orr' ? op.i64Or : operation === 'eor' ? op.i64Xor : op.i64And);
  if (operation !== 'ands') return;
  code.tee(locals.flagResult);
  emitter.flags = { kind: 'logical', is64 };
}

function moveWide(emitter: Emitter, { is64, operation, rd, value, shift }: Of<'move-wide'>): void {
  const { code } = emitter;
  const part = BigInt(value) << BigInt(shift);
  const width = is64 ? 64 : 32;
  if (operation !== 'movk') code.i64(operation === 'movz' ? part : BigInt.asUintN(width, ~part));
  else {
    emitter.sized(rd, is64);
    code
      .i64(~(0xffffn << BigInt(shift)))
      .emit(op.i64And)
      .i64(part)
      .emit(op.i64Or);
  }
  emitter.setRegister(rd);
}

function bitfield(emitter: Emitter, instruction: Of<'bitfield'>): void {
  const { is64, operation, rd, rn, rotate, top } = instruction;
  const { code } = emitter;
  const width = is64 ? 64 : 32;
  const length = top >= rotate ? top - rotate + 1 : top + 1;
  const low = top >= rotate ? rotate : 0;
  const to = top >= rotate ? 0 : width - rotate;
  const field = (1n << BigInt(length)) - 1n;
  emitter.register(rn);
  if (operation === 'sbfm') {
    const up = 64 - length - low;
    if (up > 0) code.i64(BigInt(up)).emit(op.i64Shl);
    if (64 - length > 0) code.i64(BigInt(64 - length)).emit(op.i64ShrSigned);
    if (to > 0) code.i64(BigInt(to)).emit(op.i64Shl);
    if (!is64) emitter.narrow();
  } else {
    if (low > 0) code.i64(BigInt(low)).emit(op.i64ShrUnsigned);
    code.i64(field).emit(op.i64And);
    if (to > 0) code.i64(BigInt(to)).emit(op.i64Shl);
    if (operation === 'bfm') {
      emitter.sized(rd, is64);
      code.i64(~(field << BigInt(to))).emit(op.i64And, op.i64Or);
    }
  }
  emitter.setRegister(rd);
}

function extract(emitter: Emitter, { is64, rd, rn, rm, lsb }: Of<'extract'>): void {
  const { code } = emitter;
  emitter.sized(rm, is64);
  if (lsb > 0) {
    code.i64(BigInt(lsb)).emit(op.i64ShrUnsigned);
    emitter.register(rn);
    code.i64(BigInt((is64 ? 64 : 32) - lsb)).emit(op.i64Shl, op.i64Or);
    if (!is64) emitter.narrow();
  }
  emitter.setRegister(rd);
}

function conditionalCompare(emitter: Emitter, instruction: Of<'conditional-compare'>): void {
  const { is64, subtract, condition, otherwise, rn, operand } = instruction;
  const { code } = emitter;
  emitCondition(code, condition, emitter.flags);
  code.open(op.if);
  emitter.sized(rn, is64);
  code.set(locals.flagA);
  if ('value' in operand) code.i64(BigInt(operand.value));
  else emitter.sized(operand.register, is64);
  code
    .set(locals.flagB)
    .get(locals.flagA)
    .get(locals.flagB)
    .emit(subtract ? op.i64Sub : op.i64Add);
  if (!is64) emitter.narrow();
  code.set(locals.flagResult);
  emitPack(code, { kind: subtract ? 'subtract' : 'add', is64 });
  code.emit(op.else).i32(otherwise).set(locals.flags).close();
  emitter.flags = packed;
}

function conditionalSelect(emitter: Emitter, instruction: Of<'conditional-select'>): void {
  const { is64, invert, increment, rd, rn, rm, condition } = instruction;
  const { code } = emitter;
  emitter.sized(rn, is64);
  emitter.register(rm);
  if (invert) code.i64(-1n).emit(op.i64Xor);
  if (increment) code.i64(1n).emit(op.i64Add);
  if (!is64) emitter.narrow();
  emitCondition(code, condition, emitter.flags);
  code.emit(op.select);
  emitter.setRegister(rd);
}

function twoSource(emitter: Emitter, { is64, operation, rd, rn, rm }: Of<'two-source'>): boolean {
  const { code } = emitter;
  if (operation === 'udiv') {
    emitter.sized(rm, is64);
    code.tee(locals.first).emit(op.i64Eqz).open(op.if, type.i64).i64(0n).emit(op.else);
    emitter.sized(rn, is64);
    code.get(locals.first).emit(op.i64DivUnsigned).close();
    emitter.setRegister(rd);
    return true;
  }
  if (operation === 'sdiv' || (operation === 'ror' && !is64)) return false;
  emitter.sized(rn, is64);
  if (!is64 && operation === 'asr') code.emit(op.i64Extend32);
  emitter.register(rm);
  code.i64(is64 ? 63n : 31n).emit(op.i64And, shiftOpcodes[operation]);
  if (!is64) emitter.narrow();
  emitter.setRegister(rd);
  return true;
}

function multiplyAdd(emitter: Emitter, { is64, subtract, rd, rn, rm, ra }: Of<'multiply-add'>): void {
  const { code } = emitter;
  emitter.register(ra);
  emitter.register(rn);
  emitter.register(rm);
  code.emit(op.i64Mul, subtract ? op.i64Sub : op.i64Add);
  if (!is64) emitter.narrow();
  emitter.setRegister(rd);
}

function multiplyLong(emitter: Emitter, instruction: Of<'multiply-long'>): void {
  const { signed, subtract, rd, rn, rm, ra } = instruction;
  const { code } = emitter;
  const half = (field: number): void => {
    emitter.register(field);
    if (signed) code.emit(op.i64Extend32);
    else emitter.narrow();
  };
  emitter.register(ra);
  half(rn);
  half(rm);
  code.emit(op.i64Mul, subtract ? op.i64Sub : op.i64Add);
  emitter.setRegister(rd);
}

/** Writes an integer instruction; false for one that is left to the interpreter. */
export function emitInteger(emitter: Emitter, instruction: Instruction): boolean {
  const { code } = emitter;
  switch (instruction.op) {
    case 'address': {
      const { rd, page, offset } = instruction;
      code.i64(BigInt((page ? emitter.pc - (emitter.pc % 4096) : emitter.pc) + offset));
      emitter.setRegister(rd);
      return true;
    }
    case 'add-immediate': {
      const { is64, rd, rn, value, setFlags } = instruction;
      addition(
        emitter,
        instruction,
        () => firstOperand(emitter, rn, is64),
        () => code.i64(BigInt(value)),
      );
      if (setFlags) emitter.setRegister(rd);
      else emitter.setStackOrRegister(rd);
      return true;
    }
    case 'add-register': {
      const { is64, rd, rn, rm, shift, amount } = instruction;
      addition(
        emitter,
        instruction,
        () => emitter.sized(rn, is64),
        () => shifted(emitter, rm, is64, shift, amount),
      );
      emitter.setRegister(rd);
      return true;
    }
    case 'add-extended': {
      const { is64, rd, rn, rm, extend, amount, setFlags } = instruction;
      addition(
        emitter,
        instruction,
        () => firstOperand(emitter, rn, is64),
        () => {
          extended(emitter, rm, extend, amount);
          if (!is64) emitter.narrow();
        },
      );
      if (setFlags) emitter.setRegister(rd);
      else emitter.setStackOrRegister(rd);
      return true;
    }
    case 'logical-immediate': {
      const { is64, operation, rd, rn, mask } = instruction;
      emitter.sized(rn, is64);
      code.i64(mask);
      logical(emitter, instruction);
      if (operation === 'ands') emitter.setRegister(rd);
      else emitter.setStackOrRegister(rd);
      return true;
    }
    case 'logical-register': {
      const { is64, invert, rd, rn, rm, shift, amount } = instruction;
      emitter.sized(rn, is64);
      shifted(emitter, rm, is64, shift, amount);
      if (invert) code.i64(is64 ? -1n : 0xffff_ffffn).emit(op.i64Xor);
      logical(emitter, instruction);
      emitter.setRegister(rd);
      return true;
    }
    case 'move-wide':
      moveWide(emitter, instruction);
      return true;
    case 'bitfield':
      bitfield(emitter, instruction);
      return true;
    case 'extract':
      extract(emitter, instruction);
      return true;
    case 'conditional-compare':
      conditionalCompare(emitter, instruction);
      return true;
    case 'conditional-select':
      conditionalSelect(emitter, instruction);
      return true;
    case 'two-source':
      return twoSource(emitter, instruction);
    case 'one-source': {
      const { operation, is64, rd, rn } = instruction;
      if (operation !== 'clz') return false;
      emitter.sized(rn, is64);
      code.emit(op.i64Clz);
      if (!is64) code.i64(32n).emit(op.i64Sub);
      emitter.setRegister(rd);
      return true;
    }
    case 'multiply-add':
      multiplyAdd(emitter, instruction);
      return true;
    case 'multiply-long':
      multiplyLong(emitter, instruction);
      return true;
    case 'hint':
      return true;
    default:
      return false;
  }
}
