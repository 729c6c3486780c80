import type { Instruction } from '../decode/decode.ts';
import { conditions } from '../interpret/step.ts';
import { locals } from './locals.ts';
import { op, type WasmCode } from './wasm-code.ts';

/** Condition flags that are not computed before somebody asks for them. */

/** What the flags come from: `packed` in their local, or operands and result of an instruction. */
export type FlagSource =
  | { readonly kind: 'packed' }
  | { readonly kind: 'add' | 'subtract' | 'logical'; readonly is64: boolean };

export const packed: FlagSource = { kind: 'packed' };

const setsFlags: ReadonlySet<Instruction['op']> = new Set<Instruction['op']>([
  'float-compare',
  'float-conditional-compare',
  'conditional-compare',
]);
const usesFlags: ReadonlySet<Instruction['op']> = new Set<Instruction['op']>([
  'add-carry',
  'branch-conditional',
  'conditional-compare',
  'conditional-select',
  'float-conditional-compare',
  'float-select',
  'read-system-register',
]);

export function definesFlags(instruction: Instruction): boolean {
  if ('setFlags' in instruction) return instruction.setFlags;
  if (instruction.op === 'logical-immediate' || instruction.op === 'logical-register')
    return instruction.operation === 'ands';
  return setsFlags.has(instruction.op);
}

export function readsFlags(instruction: Instruction): boolean {
  return usesFlags.has(instruction.op);
}

/** An operand as a signed number. */
function signedOperand(code: WasmCode, local: number, is64: boolean): void {
  code.get(local);
  if (!is64) code.emit(op.i64Extend32);
}

function compareUnsigned(code: WasmCode, opcode: number): void {
  code.get(locals.flagA).get(locals.flagB).emit(opcode);
}

function compareSigned(code: WasmCode, opcode: number, is64: boolean): void {
  signedOperand(code, locals.flagA, is64);
  signedOperand(code, locals.flagB, is64);
  code.emit(opcode);
}

function resultIsNegative(code: WasmCode, is64: boolean): void {
  signedOperand(code, locals.flagResult, is64);
  code.i64(0n).emit(op.i64LtSigned);
}

/** Whether an addition or subtraction overflowed, as 0 or 1. */
function overflow(code: WasmCode, { kind, is64 }: { readonly kind: string; readonly is64: boolean }): void {
  const [a, b, result] = [locals.flagA, locals.flagB, locals.flagResult];
  code.get(a).get(result).emit(op.i64Xor);
  if (kind === 'subtract') code.get(a).get(b).emit(op.i64Xor);
  else code.get(b).get(result).emit(op.i64Xor);
  code
    .emit(op.i64And)
    .i64(is64 ? 63n : 31n)
    .emit(op.i64ShrUnsigned)
    .i64(1n)
    .emit(op.i64And, op.i32WrapI64);
}

/** Leaves on the stack whether a condition holds: not zero, or zero. */
export function emitCondition(code: WasmCode, condition: number, source: FlagSource): void {
  if (condition >= 14) {
    code.i32(1);
    return;
  }
  if (source.kind === 'packed' || !emitFast(code, condition >> 1, source)) {
    if (source.kind !== 'packed') emitPack(code, source);
    packedCondition(code, condition & 14);
  }
  if ((condition & 1) === 1) code.emit(op.i32Eqz);
}

/** The bit that stands for the flags in the condition's table of sixteen. */
function packedCondition(code: WasmCode, condition: number): void {
  let table = 0;
  for (let flags = 0; flags < 16; flags += 1) table |= (conditions[condition * 16 + flags] ?? 0) << flags;
  code.i32(table).get(locals.flags).emit(op.i32ShrUnsigned).i32(1).emit(op.i32And);
}

type Pending = Exclude<FlagSource, { kind: 'packed' }>;

/** A condition from the operands; false where it has to be asked of the flags. Conditions without their lowest bit. */
function emitFast(code: WasmCode, condition: number, source: Pending): boolean {
  const { kind, is64 } = source;
  if (condition === 0) {
    code.get(locals.flagResult).emit(op.i64Eqz);
    return true;
  }
  if (condition === 2) {
    resultIsNegative(code, is64);
    return true;
  }
  if (kind === 'subtract') return emitSubtract(code, condition, is64);
  if (kind === 'logical' && (condition === 5 || condition === 6)) {
    resultIsNegative(code, is64);
    code.emit(op.i32Eqz);
    if (condition === 6) code.get(locals.flagResult).emit(op.i64Eqz, op.i32Eqz, op.i32And);
    return true;
  }
  return false;
}

function emitSubtract(code: WasmCode, condition: number, is64: boolean): boolean {
  if (condition === 1) compareUnsigned(code, op.i64GeUnsigned);
  else if (condition === 4) compareUnsigned(code, op.i64GtUnsigned);
  else if (condition === 5) compareSigned(code, op.i64GeSigned, is64);
  else if (condition === 6) compareSigned(code, op.i64GtSigned, is64);
  else return false;
  return true;
}

/** Computes the flags into their local. */
export function emitPack(code: WasmCode, source: FlagSource): void {
  if (source.kind === 'packed') return;
  const { kind, is64 } = source;
  resultIsNegative(code, is64);
  code.i32(3).emit(op.i32Shl);
  code.get(locals.flagResult).emit(op.i64Eqz).i32(2).emit(op.i32Shl, op.i32Or);
  if (kind !== 'logical') {
    if (kind === 'subtract') compareUnsigned(code, op.i64GeUnsigned);
    else code.get(locals.flagResult).get(locals.flagA).emit(op.i64LtUnsigned);
    code.i32(1).emit(op.i32Shl, op.i32Or);
    overflow(code, source);
    code.emit(op.i32Or);
  }
  code.set(locals.flags);
}
