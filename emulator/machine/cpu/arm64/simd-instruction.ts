import type { Comparison } from './float/arithmetic.ts';

/** Floating-point and Advanced SIMD instructions in decoded form. */

/** Bits of a floating-point number. */
export type FloatBits = 32 | 64;
/** How a conversion to an integer rounds. */
export type Rounding = 'even' | 'up' | 'down' | 'zero' | 'away' | 'current';

export type FloatTwoSource =
  | 'fmul'
  | 'fdiv'
  | 'fadd'
  | 'fsub'
  | 'fmax'
  | 'fmin'
  | 'fmaxnm'
  | 'fminnm'
  | 'fnmul';
export type FloatOneSource = 'fmov' | 'fabs' | 'fneg' | 'fsqrt';

interface Float {
  readonly float: FloatBits;
}

export type FloatInstruction =
  | (Float & {
      readonly op: 'float-two-source';
      readonly operation: FloatTwoSource;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    })
  | (Float & {
      readonly op: 'float-one-source';
      readonly operation: FloatOneSource;
      readonly rd: number;
      readonly rn: number;
    })
  | (Float & {
      readonly op: 'float-round';
      readonly rounding: Rounding;
      /** FRINTX: tells where the number was not whole. */
      readonly exact: boolean;
      readonly rd: number;
      readonly rn: number;
    })
  | {
      readonly op: 'float-convert';
      readonly from: 16 | FloatBits;
      readonly to: 16 | FloatBits;
      readonly rd: number;
      readonly rn: number;
    }
  | (Float & {
      readonly op: 'float-compare';
      readonly comparison: Comparison;
      readonly rn: number;
      /** Undefined compares with zero. */
      readonly rm: number | undefined;
    })
  | (Float & {
      readonly op: 'float-conditional-compare';
      readonly comparison: Comparison;
      readonly rn: number;
      readonly rm: number;
      readonly condition: number;
      readonly otherwise: number;
    })
  | (Float & {
      readonly op: 'float-select';
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly condition: number;
    })
  | (Float & { readonly op: 'float-immediate'; readonly rd: number; readonly value: bigint })
  | (Float & {
      readonly op: 'float-multiply-add';
      readonly negateProduct: boolean;
      readonly negateAddend: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly ra: number;
    })
  | (Float & {
      readonly op: 'float-to-integer' | 'integer-to-float';
      readonly is64: boolean;
      readonly signed: boolean;
      readonly rounding: Rounding;
      readonly fractionBits: number;
      readonly rd: number;
      readonly rn: number;
    })
  | {
      readonly op: 'float-move';
      readonly toGeneral: boolean;
      readonly bits: FloatBits;
      /** The upper half of a vector register. */
      readonly upper: boolean;
      readonly rd: number;
      readonly rn: number;
    };

/** Registers of a vector instruction and how much of them it works on. */
interface Vectors {
  /** All 128 bits; else 64. */
  readonly q: boolean;
  /** One lane only. */
  readonly scalar: boolean;
  /** Lane size: 8 << sizeLog2 bits. */
  readonly sizeLog2: number;
  readonly rd: number;
  readonly rn: number;
}

export type SimdInstruction =
  | (Vectors & { readonly op: 'simd-three-same'; readonly operation: string; readonly rm: number })
  | (Vectors & { readonly op: 'simd-three-same-float'; readonly operation: string; readonly rm: number })
  | (Vectors & { readonly op: 'simd-two-misc'; readonly operation: string })
  | (Vectors & { readonly op: 'simd-two-misc-float'; readonly operation: string })
  | (Vectors & { readonly op: 'simd-across'; readonly operation: string })
  | (Vectors & { readonly op: 'simd-pairwise'; readonly operation: string })
  | (Vectors & { readonly op: 'simd-three-different'; readonly operation: string; readonly rm: number })
  | (Vectors & {
      readonly op: 'simd-by-element';
      readonly operation: string;
      readonly rm: number;
      readonly index: number;
    })
  | (Vectors & { readonly op: 'simd-shift'; readonly operation: string; readonly shift: number })
  | (Vectors & { readonly op: 'simd-permute'; readonly operation: string; readonly rm: number })
  | {
      readonly op: 'simd-extract';
      readonly q: boolean;
      readonly index: number;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    }
  | {
      readonly op: 'simd-table';
      readonly q: boolean;
      readonly registers: number;
      readonly keep: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    }
  | {
      readonly op: 'simd-immediate';
      readonly operation: 'move' | 'orr' | 'bic';
      readonly q: boolean;
      readonly rd: number;
      /** 64 bits, repeated for all 128. */
      readonly value: bigint;
    }
  | {
      readonly op: 'simd-copy';
      readonly operation:
        | 'dup-element'
        | 'dup-general'
        | 'insert-element'
        | 'insert-general'
        | 'umov'
        | 'smov';
      readonly q: boolean;
      readonly scalar: boolean;
      readonly sizeLog2: number;
      readonly index: number;
      readonly source: number;
      readonly rd: number;
      readonly rn: number;
    };
