import type { CpuState } from '../state.ts';

/** Lane `index` of a vector register, unsigned. */
export function lane(state: CpuState, register: number, sizeLog2: number, index: number): bigint {
  const offset = register * 16 + (index << sizeLog2);
  switch (sizeLog2) {
    case 0:
      return BigInt(state.v8[offset] ?? 0);
    case 1:
      return BigInt(state.view.getUint16(offset, true));
    case 2:
      return BigInt(state.v32[offset >> 2] ?? 0);
    default:
      return state.v64[offset >> 3] ?? 0n;
  }
}

/** Writes a lane; the value's upper bits are cut off. */
export function setLane(
  state: CpuState,
  register: number,
  sizeLog2: number,
  index: number,
  value: bigint,
): void {
  const offset = register * 16 + (index << sizeLog2);
  switch (sizeLog2) {
    case 0:
      state.v8[offset] = Number(BigInt.asUintN(8, value));
      break;
    case 1:
      state.view.setUint16(offset, Number(BigInt.asUintN(16, value)), true);
      break;
    case 2:
      state.v32[offset >> 2] = Number(BigInt.asUintN(32, value));
      break;
    default:
      state.v64[offset >> 3] = BigInt.asUintN(64, value);
  }
}

/** Which lanes an instruction works on. */
export interface Shape {
  readonly q: boolean;
  readonly scalar: boolean;
  readonly sizeLog2: number;
}

export function laneCount({ q, scalar, sizeLog2 }: Shape): number {
  return scalar ? 1 : (q ? 16 : 8) >> sizeLog2;
}

/** The lanes of a register, unsigned. */
export function lanesOf(
  state: CpuState,
  register: number,
  sizeLog2: number,
  count: number,
  first = 0,
): bigint[] {
  const values: bigint[] = [];
  for (let index = 0; index < count; index += 1) values.push(lane(state, register, sizeLog2, first + index));
  return values;
}

/** Sets the lanes of a register; those above become zero. */
export function setLanes(
  state: CpuState,
  register: number,
  sizeLog2: number,
  values: readonly bigint[],
): void {
  state.setVector(register, 0n, 0n);
  for (const [index, value] of values.entries()) setLane(state, register, sizeLog2, index, value);
}
