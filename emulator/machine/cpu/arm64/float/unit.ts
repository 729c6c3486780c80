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
/** FZ and the rounding mode: without them the host's own arithmetic gives the same numbers. */
const hardBits = 0x01c0_0000;

/**
 * When translated code may use the host's arithmetic. An ordinary result that is not exact only sets FPSR's inexact bit,
 * so that once this is set, nobody has to find out whether a result was exact.
 */
export const easy = { ordinary: 1, inexact: 2 } as const;

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
  readonly #ease: Int32Array;

  /** `ease` is told which short cuts hold: see `easy`. */
  constructor(ease: Int32Array) {
    this.#ease = ease;
  }

  #tellEase(): void {
    const rounds = (this.#control & hardBits) === 0 ? easy.ordinary : 0;
    this.#ease[0] = rounds | ((this.#status & exceptions.inexact) === 0 ? 0 : easy.inexact);
  }

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
    this.#tellEase();
  }

  /** FPSR */
  get status(): number {
    return this.#status;
  }

  set status(word: number) {
    this.#status = (word & statusBits) >>> 0;
    this.#tellEase();
  }

  /** Adds exceptions to FPSR. */
  raise(which: number): void {
    if ((this.#status & which) === (which | 0)) return;
    this.#status = (this.#status | which) >>> 0;
    this.#tellEase();
  }
}
