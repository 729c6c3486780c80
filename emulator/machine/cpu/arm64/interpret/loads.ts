import type { Addressing, MemoryInstruction } from '../instruction.ts';
import type { CpuMemory } from '../memory.ts';
import { type CpuState, source, target } from '../state.ts';
import { extend } from './arithmetic.ts';
import type { Step } from './step.ts';

type Of<Op extends MemoryInstruction['op']> = Extract<MemoryInstruction, { op: Op }>;
/** Where an access goes. */
type AddressOf = (state: CpuState) => number;

/** The address of an access; the base is the stack pointer where its field is 31. */
export function addressOf(rn: number, addressing: Addressing): AddressOf {
  if (addressing.mode === 'post') return (state) => state.number(rn);
  if (addressing.mode === 'register') {
    const { rm, extend: kind, shift } = addressing;
    const index = source(rm);
    return (state) => Number(BigInt.asUintN(64, state.get64(rn) + extend(state.get64(index), kind, shift)));
  }
  const { offset } = addressing;
  return (state) => wrapped(state.number(rn) + offset);
}

function wrapped(address: number): number {
  return address < 0 ? address + 2 ** 64 : address;
}

/** Stores the new base after an access in a mode that changes it. */
export function writeBase(state: CpuState, rn: number, addressing: Addressing): void {
  if (addressing.mode === 'pre' || addressing.mode === 'post')
    state.x[rn] = state.get64(rn) + BigInt(addressing.offset);
}

/** Loads a vector register of 1 to 16 bytes; what lies above becomes zero. */
export function loadVector(
  state: CpuState,
  memory: CpuMemory,
  register: number,
  address: number,
  sizeLog2: number,
): void {
  if (sizeLog2 === 4) {
    const low = memory.load64(address);
    state.setVector(register, low, memory.load64(address + 8));
  } else state.setVector(register, memory.load(address, sizeLog2), 0n);
}

export function storeVector(
  state: CpuState,
  memory: CpuMemory,
  register: number,
  address: number,
  sizeLog2: number,
): void {
  if (sizeLog2 < 4) {
    memory.store(address, sizeLog2, state.vector(register, 0));
    return;
  }
  memory.probeWrite(address, 16);
  memory.store64(address, state.vector(register, 0));
  memory.store64(address + 8, state.vector(register, 1));
}

function narrowLoad(memory: CpuMemory, address: number, sizeLog2: number): number {
  if (sizeLog2 === 2) return memory.load32(address);
  return sizeLog2 === 1 ? memory.load16(address) : memory.load8(address);
}

/** Loads a general register. */
function loadGeneral(sizeLog2: number, signed: false | 32 | 64, slot: number) {
  if (sizeLog2 === 3) {
    return (state: CpuState, memory: CpuMemory, address: number): void => {
      state.x[slot] = memory.load64(address);
    };
  }
  const spare = 32 - (8 << sizeLog2);
  return (state: CpuState, memory: CpuMemory, address: number): void => {
    const value = narrowLoad(memory, address, sizeLog2);
    if (signed === false) {
      state.set32(slot, value);
      return;
    }
    const extended = (value << spare) >> spare;
    state.w[2 * slot] = extended;
    state.w[2 * slot + 1] = signed === 64 ? extended >> 31 : 0;
  };
}

export function load({ sizeLog2, vector, signed, rt, rn, addressing }: Of<'load' | 'store'>): Step {
  const at = addressOf(rn, addressing);
  if (vector) {
    return (state, memory) => {
      loadVector(state, memory, rt, at(state), sizeLog2);
      writeBase(state, rn, addressing);
    };
  }
  const get = loadGeneral(sizeLog2, signed, target(rt));
  if (addressing.mode === 'offset' || addressing.mode === 'register')
    return (state, memory) => get(state, memory, at(state));
  return (state, memory) => {
    const address = at(state);
    memory.translate(address, 'read');
    // A load into its own base is unpredictable with write-back: the loaded value stays.
    if (rt !== rn) writeBaseAfter(state, memory, get, address, rn, addressing);
    else get(state, memory, address);
  };
}

function writeBaseAfter(
  state: CpuState,
  memory: CpuMemory,
  get: (state: CpuState, memory: CpuMemory, address: number) => void,
  address: number,
  rn: number,
  addressing: Addressing,
): void {
  get(state, memory, address);
  writeBase(state, rn, addressing);
}

export function store({ sizeLog2, vector, rt, rn, addressing }: Of<'load' | 'store'>): Step {
  const at = addressOf(rn, addressing);
  const slot = source(rt);
  return (state, memory) => {
    const address = at(state);
    if (vector) storeVector(state, memory, rt, address, sizeLog2);
    else if (sizeLog2 === 3) memory.store64(address, state.get64(slot));
    else if (sizeLog2 === 2) memory.store32(address, state.get32(slot));
    else if (sizeLog2 === 1) memory.store16(address, state.get32(slot) & 0xffff);
    else memory.store8(address, state.get32(slot) & 0xff);
    writeBase(state, rn, addressing);
  };
}

export function loadLiteral(pc: number, instruction: Of<'load-literal'>): Step {
  const { sizeLog2, vector, signed, rt, offset } = instruction;
  const address = pc + offset;
  if (vector) return (state, memory) => loadVector(state, memory, rt, address, sizeLog2);
  const get = loadGeneral(sizeLog2, signed ? 64 : false, target(rt));
  return (state, memory) => get(state, memory, address);
}

export function loadPair(instruction: Of<'load-pair' | 'store-pair'>): Step {
  const { sizeLog2, vector, signed, rt, rt2, rn, addressing } = instruction;
  const at = addressOf(rn, addressing);
  const size = 1 << sizeLog2;
  if (vector) {
    return (state, memory) => {
      const address = at(state);
      memory.translate(address + size, 'read');
      loadVector(state, memory, rt, address, sizeLog2);
      loadVector(state, memory, rt2, address + size, sizeLog2);
      writeBase(state, rn, addressing);
    };
  }
  const [first, second] = [target(rt), target(rt2)];
  const widen = (value: bigint): bigint => (signed ? BigInt.asUintN(64, BigInt.asIntN(32, value)) : value);
  return (state, memory) => {
    const address = at(state);
    const low = memory.load(address, sizeLog2);
    const high = memory.load(address + size, sizeLog2);
    writeBase(state, rn, addressing);
    state.x[first] = widen(low);
    state.x[second] = widen(high);
  };
}

export function storePair(instruction: Of<'load-pair' | 'store-pair'>): Step {
  const { sizeLog2, vector, rt, rt2, rn, addressing } = instruction;
  const at = addressOf(rn, addressing);
  const size = 1 << sizeLog2;
  const [first, second] = [source(rt), source(rt2)];
  return (state, memory) => {
    const address = at(state);
    memory.probeWrite(address, 2 * size);
    if (vector) {
      storeVector(state, memory, rt, address, sizeLog2);
      storeVector(state, memory, rt2, address + size, sizeLog2);
    } else {
      memory.store(address, sizeLog2, state.get64(first));
      memory.store(address + size, sizeLog2, state.get64(second));
    }
    writeBase(state, rn, addressing);
  };
}
