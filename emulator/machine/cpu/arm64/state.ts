import { FloatUnit } from './float/unit.ts';

/**
 * The registers of one AArch64 thread, in memory that translated code can reach too. Slot 31 of `x` is the stack
 * pointer; reading the zero register reads slot 32, and writing it writes slot 33, which nobody reads.
 */
export const stateBytes = 1024;
export const stackPointer = 31;
export const zeroSource = 32;
const zeroTarget = 33;
/** Byte offsets within the state, for translated code. */
export const stateOffsets = {
  x: 0,
  pc: 272,
  flags: 280,
  budget: 288,
  label: 292,
  ease: 296,
  faulted: 300,
  midway: 304,
  vectors: 512,
} as const;

/** Slot to read for a register field in which 31 is zero. */
export function source(field: number): number {
  return field === 31 ? zeroSource : field;
}

/** Slot to write for a register field in which 31 is zero. */
export function target(field: number): number {
  return field === 31 ? zeroTarget : field;
}

/** What a thread's registers hold, apart from the processor: kept while another thread runs. */
export type SavedState = Uint8Array;

export class CpuState {
  readonly bytes: Uint8Array;
  /** General registers; see the slots above. */
  readonly x: BigUint64Array;
  /** The same as halves: `w[2 * n]` is the lower one. */
  readonly w: Uint32Array;
  readonly #pc: Float64Array;
  readonly #flags: Int32Array;
  readonly #entry: Int32Array;
  readonly #leaving: Int32Array;
  /** Vector registers as 64-bit halves, 32-bit words, and bytes. */
  readonly v64: BigUint64Array;
  readonly v32: Uint32Array;
  readonly v8: Uint8Array;
  readonly view: DataView;
  /** FPCR and FPSR. */
  readonly floating: FloatUnit;
  /** TPIDR_EL0 */
  threadPointer = 0n;
  /** Address and size of the exclusive monitor, and what was read; no address: it is open. */
  exclusiveAddress: number | undefined = undefined;
  exclusiveValue = 0n;

  constructor(buffer: ArrayBufferLike, offset: number) {
    this.bytes = new Uint8Array(buffer, offset, stateBytes);
    this.x = new BigUint64Array(buffer, offset, 34);
    this.w = new Uint32Array(buffer, offset, 68);
    this.#pc = new Float64Array(buffer, offset + stateOffsets.pc, 1);
    this.#flags = new Int32Array(buffer, offset + stateOffsets.flags, 1);
    this.#entry = new Int32Array(buffer, offset + stateOffsets.budget, 2);
    this.#leaving = new Int32Array(buffer, offset + stateOffsets.faulted, 2);
    this.floating = new FloatUnit(new Int32Array(buffer, offset + stateOffsets.ease, 1));
    this.v64 = new BigUint64Array(buffer, offset + stateOffsets.vectors, 64);
    this.v32 = new Uint32Array(buffer, offset + stateOffsets.vectors, 128);
    this.v8 = new Uint8Array(buffer, offset + stateOffsets.vectors, 512);
    this.view = new DataView(buffer, offset + stateOffsets.vectors, 512);
  }

  /** Program counter. */
  get pc(): number {
    return this.#pc[0] ?? 0;
  }

  set pc(value: number) {
    this.#pc[0] = value;
  }

  /** NZCV as bits 3 to 0. */
  get flags(): number {
    return this.#flags[0] ?? 0;
  }

  set flags(value: number) {
    this.#flags[0] = value;
  }

  /** Instructions that translated code may still run; it counts them down. */
  get budget(): number {
    return this.#entry[0] ?? 0;
  }

  set budget(value: number) {
    this.#entry[0] = value;
  }

  /** Translated code is to leave: what it called could not be done. */
  get faulted(): boolean {
    return this.#leaving[0] !== 0;
  }

  set faulted(value: boolean) {
    this.#leaving[0] = value ? 1 : 0;
  }

  /** Translated code left in the middle of a block, where the budget is not looked at. */
  get midway(): boolean {
    return this.#leaving[1] !== 0;
  }

  set midway(value: boolean) {
    this.#leaving[1] = value ? 1 : 0;
  }

  /** A register as a number; exact below 2^53. */
  number(slot: number): number {
    return (this.w[2 * slot] ?? 0) + (this.w[2 * slot + 1] ?? 0) * 0x1_0000_0000;
  }

  /** A register as the address of code: the top byte is ignored. Exact for every address that a user may have. */
  codeAddress(slot: number): number {
    return (this.w[2 * slot] ?? 0) + ((this.w[2 * slot + 1] ?? 0) & 0xff_ffff) * 0x1_0000_0000;
  }

  get64(slot: number): bigint {
    return this.x[slot] ?? 0n;
  }

  get32(slot: number): number {
    return this.w[2 * slot] ?? 0;
  }

  /** Writes 32 bits; the upper half becomes zero. */
  set32(slot: number, value: number): void {
    this.w[2 * slot] = value;
    this.w[2 * slot + 1] = 0;
  }

  /** Half 0 or 1 of a vector register. */
  vector(register: number, half: 0 | 1): bigint {
    return this.v64[register * 2 + half] ?? 0n;
  }

  setVector(register: number, low: bigint, high: bigint): void {
    this.v64[register * 2] = low;
    this.v64[register * 2 + 1] = high;
  }
}
