import type { LogicalOperation, ShiftKind } from '../instruction.ts';
import type { CpuState } from '../state.ts';

/** Arithmetic that instructions share. Numbers are 32-bit values, bigints 64-bit ones, both unsigned. */

const bits64 = 64n;
const sign64 = 1n << 63n;

/** AddWithCarry() on 32 bits; sets the flags where asked to. */
export function add32(state: CpuState, a: number, b: number, carry: number, setFlags: boolean): number {
  const sum = a + b + carry;
  const result = sum >>> 0;
  if (setFlags) {
    const overflow = ((a ^ result) & (b ^ result)) >>> 31;
    state.flags = (result >>> 31) * 8 + (result === 0 ? 4 : 0) + (sum > 0xffff_ffff ? 2 : 0) + overflow;
  }
  return result;
}

/** AddWithCarry() on 64 bits. */
export function add64(state: CpuState, a: bigint, b: bigint, carry: bigint, setFlags: boolean): bigint {
  const sum = a + b + carry;
  const result = BigInt.asUintN(64, sum);
  if (setFlags) {
    const overflow = ((a ^ result) & (b ^ result) & sign64) !== 0n;
    state.flags =
      ((result & sign64) !== 0n ? 8 : 0) +
      (result === 0n ? 4 : 0) +
      (sum >> bits64 !== 0n ? 2 : 0) +
      (overflow ? 1 : 0);
  }
  return result;
}

export function shift32(value: number, kind: ShiftKind, amount: number): number {
  if (amount === 0) return value;
  switch (kind) {
    case 'lsl':
      return (value << amount) >>> 0;
    case 'lsr':
      return value >>> amount;
    case 'asr':
      return ((value | 0) >> amount) >>> 0;
    case 'ror':
      return ((value >>> amount) | (value << (32 - amount))) >>> 0;
  }
}

export function shift64(value: bigint, kind: ShiftKind, amount: bigint): bigint {
  if (amount === 0n) return value;
  switch (kind) {
    case 'lsl':
      return BigInt.asUintN(64, value << amount);
    case 'lsr':
      return value >> amount;
    case 'asr':
      return BigInt.asUintN(64, BigInt.asIntN(64, value) >> amount);
    case 'ror':
      return BigInt.asUintN(64, (value >> amount) | (value << (bits64 - amount)));
  }
}

export function logical32(operation: LogicalOperation, a: number, b: number): number {
  if (operation === 'orr') return (a | b) >>> 0;
  return (operation === 'eor' ? a ^ b : a & b) >>> 0;
}

export function logical64(operation: LogicalOperation, a: bigint, b: bigint): bigint {
  if (operation === 'orr') return a | b;
  return operation === 'eor' ? a ^ b : a & b;
}

export function logicalFlags32(state: CpuState, result: number): void {
  state.flags = (result >>> 31) * 8 + (result === 0 ? 4 : 0);
}

export function logicalFlags64(state: CpuState, result: bigint): void {
  state.flags = ((result & sign64) !== 0n ? 8 : 0) + (result === 0n ? 4 : 0);
}

/** ExtendReg(): 0 to 3 zero-extend from 8 to 64 bits, 4 to 7 sign-extend. */
export function extend(value: bigint, kind: number, amount: number): bigint {
  const width = 8 << (kind & 3);
  const extended = kind < 4 ? BigInt.asUintN(width, value) : BigInt.asIntN(width, value);
  return BigInt.asUintN(64, extended << BigInt(amount));
}
