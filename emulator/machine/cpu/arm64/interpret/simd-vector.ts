import type { FloatUnit } from '../float/unit.ts';
import type { SimdInstruction } from '../simd-instruction.ts';
import type { CpuState } from '../state.ts';
import { source, target } from '../state.ts';
import { lane, laneCount, lanesOf, setLane, setLanes } from './lanes.ts';
import { accumulating, laneOperations, oneLaneOperations, saturate, signed } from './simd-integer.ts';
import type { Step } from './step.ts';

type Of<Op extends SimdInstruction['op']> = Extract<SimdInstruction, { op: Op }>;

function known<Value>(table: ReadonlyMap<string, Value>, name: string): Value {
  const found = table.get(name);
  if (found === undefined) throw new Error(`the vector operation ${name} has no meaning`);
  return found;
}

/** Pairs of neighbours of both registers, one after the other. */
function pairwise(name: string, shape: Of<'simd-three-same'>): Step {
  const { sizeLog2, rd, rn, rm } = shape;
  const operation = known(laneOperations, name);
  const count = laneCount(shape);
  const width = 8 << sizeLog2;
  return (state) => {
    const both = [...lanesOf(state, rn, sizeLog2, count), ...lanesOf(state, rm, sizeLog2, count)];
    const values: bigint[] = [];
    for (let index = 0; index < both.length; index += 2)
      values.push(operation(both[index] ?? 0n, both[index + 1] ?? 0n, width, state.floating));
    setLanes(state, rd, sizeLog2, values);
  };
}

const pairs: Readonly<Record<string, string>> = {
  addp: 'add',
  smaxp: 'smax',
  umaxp: 'umax',
  sminp: 'smin',
  uminp: 'umin',
};

export function threeSame(instruction: Of<'simd-three-same'>): Step {
  const { operation: name, sizeLog2, rd, rn, rm } = instruction;
  const pair = pairs[name];
  if (pair !== undefined) return pairwise(pair, instruction);
  const count = laneCount(instruction);
  const width = 8 << sizeLog2;
  const both = accumulating.get(name);
  const operation = both === undefined ? known(laneOperations, name) : undefined;
  return (state) => {
    const values: bigint[] = [];
    for (let index = 0; index < count; index += 1) {
      const [a, b] = [lane(state, rn, sizeLog2, index), lane(state, rm, sizeLog2, index)];
      const value =
        both?.(lane(state, rd, sizeLog2, index), a, b, width) ??
        operation?.(a, b, width, state.floating) ??
        0n;
      values.push(value);
    }
    setLanes(state, rd, sizeLog2, values);
  };
}

/** saddlp and its like: neighbours are added into lanes of twice the size. */
function addLongPairs(name: string, instruction: Of<'simd-two-misc'>): Step {
  const { sizeLog2, rd, rn } = instruction;
  const count = laneCount(instruction);
  const width = 8 << sizeLog2;
  const read = (value: bigint): bigint => (name.startsWith('s') ? signed(value, width) : value);
  const accumulates = name.endsWith('adalp');
  return (state) => {
    const from = lanesOf(state, rn, sizeLog2, count);
    const old = lanesOf(state, rd, sizeLog2 + 1, count / 2);
    const values = old.map(
      (before, index) =>
        read(from[2 * index] ?? 0n) + read(from[2 * index + 1] ?? 0n) + (accumulates ? before : 0n),
    );
    setLanes(state, rd, sizeLog2 + 1, values);
  };
}

/** The order of lanes within groups of `groupBits`, reversed. */
function reverse(groupBits: number, instruction: Of<'simd-two-misc'>): Step {
  const { sizeLog2, rd, rn } = instruction;
  const count = laneCount(instruction);
  const perGroup = groupBits / (8 << sizeLog2);
  return (state) => {
    const from = lanesOf(state, rn, sizeLog2, count);
    setLanes(
      state,
      rd,
      sizeLog2,
      from.map((_, index) => {
        const within = index % perGroup;
        return from[index - within + perGroup - 1 - within] ?? 0n;
      }),
    );
  };
}

/** How a wide lane is made narrow. */
export function narrowed(name: string, value: bigint, width: number, unit: FloatUnit): bigint {
  if (name.startsWith('sq') && name.endsWith('un'))
    return saturate(signed(value, 2 * width), width, false, unit);
  if (name.startsWith('sq')) return saturate(signed(value, 2 * width), width, true, unit);
  return name.startsWith('uq') ? saturate(value, width, false, unit) : value;
}

/** Sets the lower half of a register, or with `upper` the upper one and keeps the lower. */
export function setHalf(
  state: CpuState,
  register: number,
  sizeLog2: number,
  values: readonly bigint[],
  upper: boolean,
): void {
  if (!upper) {
    setLanes(state, register, sizeLog2, values);
    return;
  }
  for (const [index, value] of values.entries())
    setLane(state, register, sizeLog2, values.length + index, value);
}

function narrow(name: string, { q, scalar, sizeLog2, rd, rn }: Of<'simd-two-misc'>): Step {
  const count = scalar ? 1 : 8 >> sizeLog2;
  const width = 8 << sizeLog2;
  return (state) => {
    const values = lanesOf(state, rn, sizeLog2 + 1, count).map((value) =>
      narrowed(name, value, width, state.floating),
    );
    setHalf(state, rd, sizeLog2, values, q && !scalar);
  };
}

const narrowing: ReadonlySet<string> = new Set(['xtn', 'sqxtn', 'sqxtun', 'uqxtn']);

export function twoMisc(instruction: Of<'simd-two-misc'>): Step {
  const { operation: name, q, sizeLog2, rd, rn } = instruction;
  if (name.startsWith('rev')) return reverse(Number(name.slice(3)), instruction);
  if (/^[su]ad[da]lp$/.test(name)) return addLongPairs(name, instruction);
  if (narrowing.has(name)) return narrow(name, instruction);
  const width = 8 << sizeLog2;
  if (name === 'shll') {
    const count = 8 >> sizeLog2;
    return (state) => {
      const from = lanesOf(state, rn, sizeLog2, count, q ? count : 0);
      setLanes(
        state,
        rd,
        sizeLog2 + 1,
        from.map((value) => value << BigInt(width)),
      );
    };
  }
  const operation = known(oneLaneOperations, name);
  const count = laneCount(instruction);
  return (state) => {
    const old = lanesOf(state, rd, sizeLog2, count);
    const values = lanesOf(state, rn, sizeLog2, count).map((value, index) =>
      operation(value, width, old[index] ?? 0n, state.floating),
    );
    setLanes(state, rd, sizeLog2, values);
  };
}

/** addv, smaxv and their like; saddlv and uaddlv give a lane of twice the size. */
export function across(instruction: Of<'simd-across'>): Step {
  const { operation: name, sizeLog2, rd, rn } = instruction;
  const count = laneCount(instruction);
  const width = 8 << sizeLog2;
  const long = name.endsWith('addlv');
  const read = (value: bigint): bigint => (name === 'saddlv' ? signed(value, width) : value);
  const operation = known(laneOperations, long ? 'add' : name.slice(0, -1));
  return (state) => {
    const result = lanesOf(state, rn, sizeLog2, count)
      .map(read)
      .reduce((a, b) => operation(a, b, width, state.floating));
    setLanes(state, rd, long ? sizeLog2 + 1 : sizeLog2, [result]);
  };
}

export function copy(instruction: Of<'simd-copy'>): Step {
  const { operation, q, scalar, sizeLog2, index, source: from, rd, rn } = instruction;
  const count = laneCount({ q, scalar, sizeLog2 });
  const general = source(rn);
  switch (operation) {
    case 'dup-element':
      return (state) => {
        const value = lane(state, rn, sizeLog2, index);
        setLanes(state, rd, sizeLog2, new Array<bigint>(count).fill(value));
      };
    case 'dup-general':
      return (state) => setLanes(state, rd, sizeLog2, new Array<bigint>(count).fill(state.get64(general)));
    case 'insert-element':
      return (state) => setLane(state, rd, sizeLog2, index, lane(state, rn, sizeLog2, from));
    case 'insert-general':
      return (state) => setLane(state, rd, sizeLog2, index, state.get64(general));
    case 'umov':
      return (state) => {
        state.x[target(rd)] = lane(state, rn, sizeLog2, index);
      };
    case 'smov':
      return (state) => {
        const value = signed(lane(state, rn, sizeLog2, index), 8 << sizeLog2);
        state.x[target(rd)] = BigInt.asUintN(q ? 64 : 32, value);
      };
  }
}
