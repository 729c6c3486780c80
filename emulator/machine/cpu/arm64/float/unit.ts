import type { RoundingMode } from './format.ts';

/** Exceptions as FPSR gathers them. `saturated` is QC, of integer operations. */
export const exceptions = {
  invalid: 1,
  divisionByZero: 2,
  overflow: 4,
  underflow: 8,
  inexact: 16,
  inputDenormal: 128,
  saturated: 0x0800_0000,
} as const;

const modes = ['even', 'up', 'down', 'zero'] as const;
/** Bits of FPCR that exist: AHP, DN, FZ and the rounding mode. Exceptions do not trap. */
const controlBits = 0x07c0_0000;
const statusBits = 0xf800_009f;

/** What FPCR asks of arithmetic, and what FPSR has gathered since it was written. */
export class FloatUnit {
  rounding: RoundingMode = 'even';
  /** DN: every NaN that comes out is the default one. */
  defaultNaN = false;
  /** FZ: numbers too small to be normal count as zero, and become zero. Half precision is left alone. */
  flushesToZero = false;
  /** AHP: half precision has neither infinities nor NaNs, and larger numbers in their place. */
  hasAlternativeHalf = false;
  #control = 0;
  #status = 0;

  /** FPCR */
  get control(): number {
    return this.#control;
  }

  set control(word: number) {
    this.#control = (word & controlBits) >>> 0;
    this.rounding = modes[(word >>> 22) & 3] ?? 'even';
    this.flushesToZero = (word & 0x0100_0000) !== 0;
    this.defaultNaN = (word & 0x0200_0000) !== 0;
    this.hasAlternativeHalf = (word & 0x0400_0000) !== 0;
  }

  /** FPSR */
  get status(): number {
    return this.#status;
  }

  set status(word: number) {
    this.#status = (word & statusBits) >>> 0;
  }

  /** Adds exceptions to FPSR. */
  raise(which: number): void {
    this.#status = (this.#status | which) >>> 0;
  }
}
