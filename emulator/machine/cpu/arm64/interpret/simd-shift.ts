import type { FloatUnit } from '../float/unit.ts';
import type { SimdInstruction } from '../simd-instruction.ts';
import { lane, laneCount, lanesOf, setLanes } from './lanes.ts';
import { fixedPoint } from './simd-float.ts';
import { saturate, shiftBy, signed } from './simd-integer.ts';
import { setHalf } from './simd-vector.ts';
import type { Step } from './step.ts';

type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;

/** Shifts by an immediate into narrower lanes: how the wide value is read and held. */
function narrowShift(instruction: Of<'simd-shift'>): Step {
  const { operation: name, q, scalar, sizeLog2, rd, rn, shift } = instruction;
  const count = scalar ? 1 : 8 >> sizeLog2;
  const width = 8 << sizeLog2;
  const saturates = name.includes('q');
  const readsSigned = name.startsWith('s') && name !== 'shrn';
  const rounds = name.includes('rshr');
  const holdsSigned = readsSigned && !name.endsWith('un');
  return (state) => {
    const values = lanesOf(state, rn, sizeLog2 + 1, count).map((value) => {
      const shifted = shiftBy(readsSigned ? signed(value, 2 * width) : value, -shift, rounds);
      return saturates ? saturate(shifted, width, holdsSigned, state.floating) : shifted;
    });
    setHalf(state, rd, sizeLog2, values, q && !scalar);
  };
}

function longShift({ operation, q, sizeLog2, rd, rn, shift }: Of<'simd-shift'>): Step {
  const count = 8 >> sizeLog2;
  const width = 8 << sizeLog2;
  return (state) => {
    const values = lanesOf(state, rn, sizeLog2, count, q ? count : 0).map(
      (value) => (operation === 'sshll' ? signed(value, width) : value) << BigInt(shift),
    );
    setLanes(state, rd, sizeLog2 + 1, values);
  };
}

type Shift = (value: bigint, old: bigint, width: number, shift: number, unit: FloatUnit) => bigint;

const low = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

const shifts: ReadonlyMap<string, Shift> = new Map<string, Shift>([
  ...['sshr', 'ushr', 'srshr', 'urshr', 'ssra', 'usra', 'srsra', 'ursra'].map((name): [string, Shift] => {
    const rounds = name.slice(1).startsWith('rs');
    const isSigned = name.startsWith('s');
    const accumulates = name.endsWith('sra');
    return [
      name,
      (value, old, width, shift) =>
        shiftBy(isSigned ? signed(value, width) : value, -shift, rounds) + (accumulates ? old : 0n),
    ];
  }),
  ['shl', (value, _old, _width, shift) => value << BigInt(shift)],
  ['sli', (value, old, _width, shift) => (value << BigInt(shift)) | (old & low(shift))],
  [
    'sri',
    (value, old, width, shift) => (value >> BigInt(shift)) | (old & (low(shift) << BigInt(width - shift))),
  ],
  ['sqshl', (value, _old, w, shift, unit) => saturate(signed(value, w) << BigInt(shift), w, true, unit)],
  ['uqshl', (value, _old, w, shift, unit) => saturate(value << BigInt(shift), w, false, unit)],
  ['sqshlu', (value, _old, w, shift, unit) => saturate(signed(value, w) << BigInt(shift), w, false, unit)],
]);

/** Shifts by an immediate. */
export function shiftImmediate(instruction: Of<'simd-shift'>): Step {
  const { operation: name, sizeLog2, rd, rn, shift } = instruction;
  if (name.endsWith('cvtf') || name.startsWith('fcvt')) return fixedPoint(instruction);
  if (name.endsWith('shrn') || name.endsWith('shrun')) return narrowShift(instruction);
  if (name.endsWith('shll')) return longShift(instruction);
  const apply = shifts.get(name);
  if (apply === undefined) throw new Error(`the vector operation ${name} has no meaning`);
  const count = laneCount(instruction);
  const width = 8 << sizeLog2;
  return (state) => {
    const values: bigint[] = [];
    for (let index = 0; index < count; index += 1)
      values.push(
        apply(
          lane(state, rn, sizeLog2, index),
          lane(state, rd, sizeLog2, index),
          width,
          shift,
          state.floating,
        ),
      );
    setLanes(state, rd, sizeLog2, values);
  };
}
