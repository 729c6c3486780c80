import type { SimdInstruction } from '../simd-instruction.ts';
import { lane, laneCount, lanesOf, setLanes } from './lanes.ts';
import { floatByElement, reduceFloat, threeSameFloat, twoMiscFloat } from './simd-float.ts';
import { accumulating, laneOperations } from './simd-integer.ts';
import { extractBytes, permute, tableLookup, vectorImmediate } from './simd-permute.ts';
import { shiftImmediate } from './simd-shift.ts';
import { across, copy, threeSame, twoMisc } from './simd-vector.ts';
import { byElement, threeDifferent } from './simd-wide.ts';
import type { Step } from './step.ts';

/** mul, mla, mls, sqdmulh and sqrdmulh with one lane. */
function sameByElement(instruction: Extract<SimdInstruction, { op: 'simd-by-element' }>): Step {
  const { operation: name, sizeLog2, rd, rn, rm, index } = instruction;
  const count = laneCount(instruction);
  const width = 8 << sizeLog2;
  const both = accumulating.get(name);
  const one = laneOperations.get(name);
  return (state) => {
    const factor = lane(state, rm, sizeLog2, index);
    const old = lanesOf(state, rd, sizeLog2, count);
    const values = lanesOf(state, rn, sizeLog2, count).map(
      (a, at) => both?.(old[at] ?? 0n, a, factor, width) ?? one?.(a, factor, width, state.floating) ?? 0n,
    );
    setLanes(state, rd, sizeLog2, values);
  };
}

/** Advanced SIMD instructions. */
export function simd(instruction: SimdInstruction): Step {
  switch (instruction.op) {
    case 'simd-three-same':
      return threeSame(instruction);
    case 'simd-three-same-float':
      return threeSameFloat(instruction);
    case 'simd-two-misc':
      return twoMisc(instruction);
    case 'simd-two-misc-float':
      return twoMiscFloat(instruction);
    case 'simd-across':
      return instruction.operation.startsWith('f') ? reduceFloat(instruction) : across(instruction);
    case 'simd-pairwise': {
      if (instruction.operation !== 'addp') return reduceFloat(instruction);
      const { rd, rn } = instruction;
      return (state) => state.setVector(rd, state.vector(rn, 0) + state.vector(rn, 1), 0n);
    }
    case 'simd-three-different':
      return threeDifferent(instruction);
    case 'simd-by-element':
      return instruction.operation.startsWith('f')
        ? floatByElement(instruction)
        : byElement(instruction, sameByElement(instruction));
    case 'simd-shift':
      return shiftImmediate(instruction);
    case 'simd-permute':
      return permute(instruction);
    case 'simd-extract':
      return extractBytes(instruction);
    case 'simd-table':
      return tableLookup(instruction);
    case 'simd-immediate':
      return vectorImmediate(instruction);
    case 'simd-copy':
      return copy(instruction);
  }
}
