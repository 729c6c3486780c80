import { type LocalGroup, type } from './wasm-code.ts';

/** The locals of a translated region. General registers and the stack pointer are 0 to 31. */
export const locals = {
  stackPointer: 31,
  /** Operands and result of the last comparison. */
  flagA: 32,
  flagB: 33,
  flagResult: 34,
  first: 35,
  second: 36,
  third: 37,
  address: 38,
  /** NZCV as bits 3 to 0. */
  flags: 39,
  /** Instructions that may still run. */
  left: 40,
  /** The block that is next. */
  label: 41,
  host: 42,
  entry: 43,
  /** Results of arithmetic: single and double precision. */
  single: 44,
  double: 45,
} as const;

export const localGroups: readonly LocalGroup[] = [
  { count: 39, type: type.i64 },
  { count: 5, type: type.i32 },
  { count: 1, type: type.f32 },
  { count: 1, type: type.f64 },
];
