import { stateBytes, stateOffsets } from './state.ts';

/** The registers of a thread that does not run at this moment, laid out as the running one's. */
export class ThreadRegisters {
  readonly bytes = new Uint8Array(stateBytes);
  /** X0 to X30, and the stack pointer as 31. */
  readonly x: BigUint64Array = new BigUint64Array(this.bytes.buffer, stateOffsets.x, 32);
  /** V0 to V31 as 64-bit halves. */
  readonly v64: BigUint64Array = new BigUint64Array(this.bytes.buffer, stateOffsets.vectors, 64);
  readonly #pc = new Float64Array(this.bytes.buffer, stateOffsets.pc, 1);
  readonly #flags = new Int32Array(this.bytes.buffer, stateOffsets.flags, 1);
  fpcr = 0;
  fpsr = 0;
  /** TPIDR_EL0 */
  threadPointer = 0n;

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

  get(register: number): bigint {
    return this.x[register] ?? 0n;
  }

  /** The same values for a child. */
  copy(): ThreadRegisters {
    const copy = new ThreadRegisters();
    copy.bytes.set(this.bytes);
    copy.fpcr = this.fpcr;
    copy.fpsr = this.fpsr;
    copy.threadPointer = this.threadPointer;
    return copy;
  }
}
