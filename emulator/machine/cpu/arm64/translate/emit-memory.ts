import { arenaLayout, frameBytes, tableEntries } from '../arena.ts';
import type { Instruction } from '../decode/decode.ts';
import type { Addressing, MemoryInstruction } from '../instruction.ts';
import { stateOffsets } from '../state.ts';
import { extended } from './emit-integer.ts';
import { type Emitter, imported } from './emitter.ts';
import { locals } from './locals.ts';
import { op, type } from './wasm-code.ts';

type Of<Op extends MemoryInstruction['op']> = Extract<MemoryInstruction, { op: Op }>;

const unsignedLoads = [op.i64Load8, op.i64Load16, op.i64Load32, op.i64Load] as const;
const signedLoads = [op.i64Load8Signed, op.i64Load16Signed, op.i64Load32Signed, op.i64Load] as const;
const stores = [op.i64Store8, op.i64Store16, op.i64Store32, op.i64Store] as const;

/** Sets the address local; what write-back adds comes later. */
function address(emitter: Emitter, rn: number, addressing: Addressing): void {
  const { code } = emitter;
  emitter.stackOrRegister(rn);
  if (addressing.mode === 'register') {
    extended(emitter, addressing.rm, addressing.extend, addressing.shift);
    code.emit(op.i64Add);
  } else if (addressing.mode !== 'post' && addressing.offset !== 0)
    code.i64(BigInt(addressing.offset)).emit(op.i64Add);
  code.set(locals.address);
}

function writeBase(emitter: Emitter, rn: number, addressing: Addressing): void {
  if (addressing.mode !== 'pre' && addressing.mode !== 'post') return;
  emitter.stackOrRegister(rn);
  emitter.code.i64(BigInt(addressing.offset)).emit(op.i64Add);
  emitter.setStackOrRegister(rn);
}

/**
 * Looks a page up for the bytes at `address + offset`: leaves on the stack whether the table has it, and sets `host` to
 * where they are in that case.
 */
function lookUp(emitter: Emitter, table: number, sizeBytes: number, offset: number): void {
  const { code } = emitter;
  const pushAddress = (extra: number): void => {
    code.get(locals.address);
    if (offset + extra !== 0) code.i64(BigInt(offset + extra)).emit(op.i64Add);
  };
  pushAddress(0);
  code
    .i64(12n)
    .emit(op.i64ShrUnsigned, op.i32WrapI64)
    .i32(tableEntries - 1)
    .emit(op.i32And);
  code
    .i32(4)
    .emit(op.i32Shl)
    .tee(locals.entry)
    .memory(op.i32Load, table + 8);
  pushAddress(0);
  code
    .emit(op.i32WrapI64)
    .i32(frameBytes - 1)
    .emit(op.i32And, op.i32Add)
    .set(locals.host);
  code.get(locals.entry).memory(op.i64Load, table);
  pushAddress(sizeBytes - 1);
  code.i64(BigInt(-frameBytes)).emit(op.i64And, op.i64Eq);
}

/** Pushes what is at `address + offset`. */
function loadValue(emitter: Emitter, sizeLog2: number, signed: boolean, offset: number): void {
  const { code } = emitter;
  lookUp(emitter, arenaLayout.readTable, 1 << sizeLog2, offset);
  code.open(op.if, type.i64).get(locals.host);
  code.memory((signed ? signedLoads : unsignedLoads)[sizeLog2] ?? op.i64Load, 0).emit(op.else);
  code.get(locals.address);
  if (offset !== 0) code.i64(BigInt(offset)).emit(op.i64Add);
  code.i32(sizeLog2).index(op.call, imported.load);
  emitter.leaveOnFault();
  if (signed && sizeLog2 === 0) code.emit(op.i64Extend8);
  else if (signed && sizeLog2 === 1) code.emit(op.i64Extend16);
  else if (signed && sizeLog2 === 2) code.emit(op.i64Extend32);
  code.close();
}

/** Stores what `push` pushes at `address + offset`. */
function storeValue(emitter: Emitter, sizeLog2: number, offset: number, push: () => void): void {
  const { code } = emitter;
  lookUp(emitter, arenaLayout.writeTable, 1 << sizeLog2, offset);
  code.open(op.if).get(locals.host);
  push();
  code.memory(stores[sizeLog2] ?? op.i64Store, 0).emit(op.else);
  code.get(locals.address);
  if (offset !== 0) code.i64(BigInt(offset)).emit(op.i64Add);
  code.i32(sizeLog2);
  push();
  code.index(op.call, imported.store);
  emitter.leaveOnFault();
  code.close();
}

/** Pushes half 0 or 1 of a vector register. */
function vectorHalf(emitter: Emitter, register: number, half: number): void {
  emitter.code.i32(0).memory(op.i64Load, stateOffsets.vectors + 16 * register + 8 * half);
}

function setVectorHalf(emitter: Emitter, register: number, half: number, push: () => void): void {
  emitter.code.i32(0);
  push();
  emitter.code.memory(op.i64Store, stateOffsets.vectors + 16 * register + 8 * half);
}

/** Loads a vector register; both halves are read before either is written. */
function loadVector(emitter: Emitter, register: number, sizeLog2: number, offset: number): void {
  const { code } = emitter;
  loadValue(emitter, Math.min(sizeLog2, 3), false, offset);
  code.set(locals.first);
  if (sizeLog2 === 4) loadValue(emitter, 3, false, offset + 8);
  else code.i64(0n);
  code.set(locals.second);
  setVectorHalf(emitter, register, 0, () => code.get(locals.first));
  setVectorHalf(emitter, register, 1, () => code.get(locals.second));
}

function storeVector(emitter: Emitter, register: number, sizeLog2: number, offset: number): void {
  storeValue(emitter, Math.min(sizeLog2, 3), offset, () => vectorHalf(emitter, register, 0));
  if (sizeLog2 === 4) storeValue(emitter, 3, offset + 8, () => vectorHalf(emitter, register, 1));
}

function load(
  emitter: Emitter,
  { sizeLog2, vector, signed, rt, rn, addressing }: Of<'load' | 'store'>,
): void {
  address(emitter, rn, addressing);
  if (vector) {
    loadVector(emitter, rt, sizeLog2, 0);
    writeBase(emitter, rn, addressing);
    return;
  }
  loadValue(emitter, sizeLog2, signed !== false, 0);
  if (signed === 32) emitter.narrow();
  emitter.code.set(locals.first);
  writeBase(emitter, rn, addressing);
  emitter.code.get(locals.first);
  emitter.setRegister(rt);
}

function store(emitter: Emitter, { sizeLog2, vector, rt, rn, addressing }: Of<'load' | 'store'>): void {
  address(emitter, rn, addressing);
  if (vector) storeVector(emitter, rt, sizeLog2, 0);
  else storeValue(emitter, sizeLog2, 0, () => emitter.register(rt));
  writeBase(emitter, rn, addressing);
}

function loadPair(emitter: Emitter, instruction: Of<'load-pair' | 'store-pair'>): void {
  const { sizeLog2, vector, signed, rt, rt2, rn, addressing } = instruction;
  const { code } = emitter;
  const size = 1 << sizeLog2;
  address(emitter, rn, addressing);
  if (vector) {
    loadVector(emitter, rt, sizeLog2, 0);
    loadVector(emitter, rt2, sizeLog2, size);
    writeBase(emitter, rn, addressing);
    return;
  }
  loadValue(emitter, sizeLog2, signed, 0);
  code.set(locals.first);
  loadValue(emitter, sizeLog2, signed, size);
  code.set(locals.second);
  writeBase(emitter, rn, addressing);
  code.get(locals.first);
  emitter.setRegister(rt);
  code.get(locals.second);
  emitter.setRegister(rt2);
}

function storePair(emitter: Emitter, instruction: Of<'load-pair' | 'store-pair'>): void {
  const { sizeLog2, vector, rt, rt2, rn, addressing } = instruction;
  const size = 1 << sizeLog2;
  address(emitter, rn, addressing);
  if (vector) {
    storeVector(emitter, rt, sizeLog2, 0);
    storeVector(emitter, rt2, sizeLog2, size);
  } else {
    storeValue(emitter, sizeLog2, 0, () => emitter.register(rt));
    storeValue(emitter, sizeLog2, size, () => emitter.register(rt2));
  }
  writeBase(emitter, rn, addressing);
}

/** Writes a load or store; false for one that is left to the interpreter. */
export function emitMemory(emitter: Emitter, instruction: Instruction): boolean {
  switch (instruction.op) {
    case 'load':
      load(emitter, instruction);
      return true;
    case 'store':
      store(emitter, instruction);
      return true;
    case 'load-pair':
      loadPair(emitter, instruction);
      return true;
    case 'store-pair':
      storePair(emitter, instruction);
      return true;
    case 'load-literal': {
      const { sizeLog2, vector, signed, rt, offset } = instruction;
      emitter.code.i64(BigInt(emitter.pc + offset)).set(locals.address);
      if (vector) loadVector(emitter, rt, sizeLog2, 0);
      else {
        loadValue(emitter, sizeLog2, signed, 0);
        emitter.setRegister(rt);
      }
      return true;
    }
    default:
      return false;
  }
}
