import type { SimdInstruction } from '../simd-instruction.ts';
import { laneCount, lanesOf, setLanes } from './lanes.ts';
import type { Step } from './step.ts';

type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;

/** zip, uzp and trn. */
export function permute(instruction: Of<'simd-permute'>): Step {
  const { operation: name, sizeLog2, rd, rn, rm } = instruction;
  const count = laneCount({ ...instruction, scalar: false });
  const kind = name.slice(0, 3);
  const second = name.endsWith('2') ? 1 : 0;
  return (state) => {
    const [a, b] = [lanesOf(state, rn, sizeLog2, count), lanesOf(state, rm, sizeLog2, count)];
    const both = [...a, ...b];
    const values = a.map((_, index) => {
      const odd = index & 1;
      if (kind === 'uzp') return both[2 * index + second] ?? 0n;
      const at = kind === 'zip' ? (index >> 1) + (second * count) / 2 : index - odd + second;
      return (odd === 1 ? b[at] : a[at]) ?? 0n;
    });
    setLanes(state, rd, sizeLog2, values);
  };
}

/** ext: bytes from the middle of two registers. */
export function extractBytes({ q, index, rd, rn, rm }: Of<'simd-extract'>): Step {
  const count = q ? 16 : 8;
  return (state) => {
    const both = [...lanesOf(state, rn, 0, count), ...lanesOf(state, rm, 0, count)];
    setLanes(state, rd, 0, both.slice(index, index + count));
  };
}

/** tbl and tbx: bytes looked up in one to four registers. */
export function tableLookup({ q, registers, keep, rd, rn, rm }: Of<'simd-table'>): Step {
  const count = q ? 16 : 8;
  return (state) => {
    const table: bigint[] = [];
    for (let index = 0; index < registers; index += 1)
      table.push(...lanesOf(state, (rn + index) & 31, 0, 16));
    const old = lanesOf(state, rd, 0, count);
    const values = lanesOf(state, rm, 0, count).map(
      (at, index) => table[Number(at)] ?? (keep ? (old[index] ?? 0n) : 0n),
    );
    setLanes(state, rd, 0, values);
  };
}

/** movi, mvni, fmov, and orr and bic with an immediate. */
export function vectorImmediate({ operation, q, rd, value }: Of<'simd-immediate'>): Step {
  if (operation === 'move') return (state) => state.setVector(rd, value, q ? value : 0n);
  const apply = (old: bigint): bigint => (operation === 'orr' ? old | value : old & ~value);
  return (state) => state.setVector(rd, apply(state.vector(rd, 0)), q ? apply(state.vector(rd, 1)) : 0n);
}
