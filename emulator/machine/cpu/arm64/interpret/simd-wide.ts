import type { FloatUnit } from '../float/unit.ts';
import type { SimdInstruction } from '../simd-instruction.ts';
import { lane, lanesOf, setLanes } from './lanes.ts';
import { polynomialMultiply, saturate, signed } from './simd-integer.ts';
import { setHalf } from './simd-vector.ts';
import type { Step } from './step.ts';

type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;

/** Operations whose lanes are twice as wide on one side. */

type Wide = (a: bigint, b: bigint, old: bigint, width: number, unit: FloatUnit) => bigint;

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const doubledLong = (a: bigint, b: bigint, width: number, unit: FloatUnit): bigint =>
  saturate(2n * a * b, 2 * width, true, unit);

/** By name without the sign's letter; `a` and `b` are numbers already. */
const wide: ReadonlyMap<string, Wide> = new Map<string, Wide>([
  ['addl', (a, b) => a + b],
  ['addw', (a, b) => a + b],
  ['subl', (a, b) => a - b],
  ['subw', (a, b) => a - b],
  ['abal', (a, b, old) => old + abs(a - b)],
  ['abdl', (a, b) => abs(a - b)],
  ['mlal', (a, b, old) => old + a * b],
  ['mlsl', (a, b, old) => old - a * b],
  ['mull', (a, b) => a * b],
  ['qdmull', (a, b, _old, w, unit) => doubledLong(a, b, w, unit)],
  [
    'qdmlal',
    (a, b, old, w, unit) => saturate(signed(old, 2 * w) + doubledLong(a, b, w, unit), 2 * w, true, unit),
  ],
  [
    'qdmlsl',
    (a, b, old, w, unit) => saturate(signed(old, 2 * w) - doubledLong(a, b, w, unit), 2 * w, true, unit),
  ],
]);

/** The long operation of that name. */
export function longOperation(name: string): { readonly isSigned: boolean; readonly apply: Wide } {
  const apply = wide.get(name.slice(1));
  if (apply === undefined) throw new Error(`the vector operation ${name} has no meaning`);
  return { isSigned: name.startsWith('s'), apply };
}

/** addhn and its like: the upper halves of sums. */
function narrowHigh(instruction: Of<'simd-three-different'>): Step {
  const { operation: name, q, sizeLog2, rd, rn, rm } = instruction;
  const count = 8 >> sizeLog2;
  const width = 8 << sizeLog2;
  const round = name.startsWith('r') ? 1n << BigInt(width - 1) : 0n;
  const subtracts = name.includes('sub');
  return (state) => {
    const second = lanesOf(state, rm, sizeLog2 + 1, count);
    const values = lanesOf(state, rn, sizeLog2 + 1, count).map((a, index) => {
      const b = second[index] ?? 0n;
      return BigInt.asUintN(2 * width, (subtracts ? a - b : a + b) + round) >> BigInt(width);
    });
    setHalf(state, rd, sizeLog2, values, q);
  };
}

export function threeDifferent(instruction: Of<'simd-three-different'>): Step {
  const { operation: name, q, scalar, sizeLog2, rd, rn, rm } = instruction;
  if (name.endsWith('hn')) return narrowHigh(instruction);
  const count = scalar ? 1 : 8 >> sizeLog2;
  const first = q && !scalar ? count : 0;
  const width = 8 << sizeLog2;
  if (name === 'pmull') {
    return (state) => {
      const second = lanesOf(state, rm, sizeLog2, count, first);
      const values = lanesOf(state, rn, sizeLog2, count, first).map((a, index) =>
        polynomialMultiply(a, second[index] ?? 0n, width),
      );
      setLanes(state, rd, sizeLog2 + 1, values);
    };
  }
  const { isSigned, apply } = longOperation(name);
  const firstIsWide = name.endsWith('w');
  const read = (value: bigint, bits: number): bigint => (isSigned ? signed(value, bits) : value);
  return (state) => {
    const old = lanesOf(state, rd, sizeLog2 + 1, count);
    const second = lanesOf(state, rm, sizeLog2, count, first);
    const left = firstIsWide
      ? lanesOf(state, rn, sizeLog2 + 1, count).map((value) => read(value, 2 * width))
      : lanesOf(state, rn, sizeLog2, count, first).map((value) => read(value, width));
    const values = left.map((a, index) =>
      apply(a, read(second[index] ?? 0n, width), old[index] ?? 0n, width, state.floating),
    );
    setLanes(state, rd, sizeLog2 + 1, values);
  };
}

/** Integer operations of a register with one lane of another. */
export function byElement(instruction: Of<'simd-by-element'>, same: Step): Step {
  const { operation: name, q, scalar, sizeLog2, rd, rn, rm, index } = instruction;
  if (!/^[su](?:q?d?m(?:ul|la|ls)l)$/.test(name)) return same;
  const count = scalar ? 1 : 8 >> sizeLog2;
  const first = q && !scalar ? count : 0;
  const width = 8 << sizeLog2;
  const { isSigned, apply } = longOperation(name);
  const read = (value: bigint): bigint => (isSigned ? signed(value, width) : value);
  return (state) => {
    const factor = read(lane(state, rm, sizeLog2, index));
    const old = lanesOf(state, rd, sizeLog2 + 1, count);
    const values = lanesOf(state, rn, sizeLog2, count, first).map((a, at) =>
      apply(read(a), factor, old[at] ?? 0n, width, state.floating),
    );
    setLanes(state, rd, sizeLog2 + 1, values);
  };
}
