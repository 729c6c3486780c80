import { faultUnaligned } from '../faults.ts';
import type { AtomicOperation, MemoryInstruction } from '../instruction.ts';
import { GuestFault } from '../memory.ts';
import { type CpuState, source, target } from '../state.ts';
import type { Step } from './step.ts';

type Of<Op extends MemoryInstruction['op']> = Extract<MemoryInstruction, { op: Op }>;

function aligned(address: number, sizeBytes: number): number {
  if (address % sizeBytes !== 0) throw new GuestFault(address, 'read', faultUnaligned);
  return address;
}

/** Load-exclusive and store-exclusive; one processor runs at a time, so the monitor only watches its own thread. */
export function loadExclusive({
  sizeLog2,
  pair,
  rt,
  rt2,
  rn,
}: Of<'load-exclusive' | 'store-exclusive'>): Step {
  const [first, second] = [target(rt), target(rt2)];
  const size = 1 << sizeLog2;
  return (state, memory) => {
    const address = aligned(state.number(rn), pair ? 2 * size : size);
    const low = memory.load(address, sizeLog2);
    const high = pair ? memory.load(address + size, sizeLog2) : 0n;
    state.x[first] = low;
    if (pair) state.x[second] = high;
    state.exclusiveAddress = address;
    state.exclusiveValue = low | (high << 64n);
  };
}

export function storeExclusive({
  sizeLog2,
  pair,
  rs,
  rt,
  rt2,
  rn,
}: Of<'load-exclusive' | 'store-exclusive'>): Step {
  const [first, second, status] = [source(rt), source(rt2), target(rs)];
  const size = 1 << sizeLog2;
  return (state, memory) => {
    const address = aligned(state.number(rn), pair ? 2 * size : size);
    const open = state.exclusiveAddress !== address;
    const low = open ? 0n : memory.load(address, sizeLog2);
    const high = open || !pair ? 0n : memory.load(address + size, sizeLog2);
    const fails = open || (low | (high << 64n)) !== state.exclusiveValue;
    if (!fails) {
      memory.probeWrite(address, pair ? 2 * size : size);
      memory.store(address, sizeLog2, state.get64(first));
      if (pair) memory.store(address + size, sizeLog2, state.get64(second));
    }
    state.exclusiveAddress = undefined;
    state.x[status] = fails ? 1n : 0n;
  };
}

function combine(operation: AtomicOperation, old: bigint, operand: bigint, width: number): bigint {
  const [a, b] = [BigInt.asIntN(width, old), BigInt.asIntN(width, operand)];
  switch (operation) {
    case 'add':
      return old + operand;
    case 'clr':
      return old & ~operand;
    case 'eor':
      return old ^ operand;
    case 'set':
      return old | operand;
    case 'smax':
      return a > b ? a : b;
    case 'smin':
      return a < b ? a : b;
    case 'umax':
      return old > operand ? old : operand;
    case 'umin':
      return old < operand ? old : operand;
    case 'swap':
      return operand;
  }
}

export function atomic({ operation, sizeLog2, rs, rt, rn }: Of<'atomic'>): Step {
  const [operand, slot] = [source(rs), target(rt)];
  const width = 8 << sizeLog2;
  return (state, memory) => {
    const address = aligned(state.number(rn), 1 << sizeLog2);
    memory.translate(address, 'write');
    const old = memory.load(address, sizeLog2);
    const value = combine(operation, old, BigInt.asUintN(width, state.get64(operand)), width);
    memory.store(address, sizeLog2, BigInt.asUintN(width, value));
    state.x[slot] = old;
  };
}

export function compareSwap({ sizeLog2, pair, rs, rt, rn }: Of<'compare-swap'>): Step {
  const width = 8 << sizeLog2;
  const size = 1 << sizeLog2;
  const masked = (state: CpuState, slot: number): bigint => BigInt.asUintN(width, state.get64(slot));
  if (!pair) {
    return (state, memory) => {
      const address = aligned(state.number(rn), size);
      memory.translate(address, 'write');
      const old = memory.load(address, sizeLog2);
      if (old === masked(state, source(rs))) memory.store(address, sizeLog2, masked(state, source(rt)));
      state.x[target(rs)] = old;
    };
  }
  return (state, memory) => {
    const address = aligned(state.number(rn), 2 * size);
    memory.translate(address, 'write');
    const low = memory.load(address, sizeLog2);
    const high = memory.load(address + size, sizeLog2);
    if (low === masked(state, source(rs)) && high === masked(state, source(rs + 1))) {
      memory.store(address, sizeLog2, masked(state, source(rt)));
      memory.store(address + size, sizeLog2, masked(state, source(rt + 1)));
    }
    state.x[target(rs)] = low;
    state.x[target(rs + 1)] = high;
  };
}
