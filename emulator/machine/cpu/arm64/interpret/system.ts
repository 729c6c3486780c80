import type { SystemInstruction } from '../instruction.ts';
import { type CpuState, source, target } from '../state.ts';
import { Trap } from './branches.ts';
import type { Step } from './step.ts';

/** What system registers of user mode show beside the thread's own state. */
export interface SystemFacts {
  /** CNTVCT_EL0 ticks. */
  counter(): bigint;
  /** Told of IC IVAU. */
  invalidateInstructions(address: number): void;
}

/** CNTFRQ_EL0: the rate of the counter, in ticks a second. */
export const counterHertz = 62_500_000n;
/** Bytes that DC ZVA zeroes. */
export const zeroLineBytes = 64;

/** op0's lower bit, op1, CRn, CRm and op2. */
const registers: Readonly<
  Record<number, 'nzcv' | 'fpcr' | 'fpsr' | 'tpidr' | 'tpidrro' | 'cntfrq' | 'cntvct' | 'ctr' | 'dczid'>
> = {
  55824: 'nzcv',
  55840: 'fpcr',
  55841: 'fpsr',
  56962: 'tpidr',
  56963: 'tpidrro',
  57088: 'cntfrq',
  57090: 'cntvct',
  55297: 'ctr',
  55303: 'dczid',
};
/** Lines of 64 bytes, instruction cache invalidated by address; as a Cortex-A57 has it. */
const cacheType = 0x8444_c004n;

function read(state: CpuState, name: string, facts: SystemFacts): bigint {
  switch (name) {
    case 'nzcv':
      return BigInt(state.flags) << 28n;
    case 'fpcr':
      return BigInt(state.floating.control);
    case 'fpsr':
      return BigInt(state.floating.status);
    case 'tpidr':
      return state.threadPointer;
    case 'cntfrq':
      return counterHertz;
    case 'cntvct':
      return facts.counter();
    case 'ctr':
      return cacheType;
    case 'dczid':
      return 4n;
    default:
      return 0n;
  }
}

function write(state: CpuState, name: string, value: bigint): boolean {
  const word = Number(value & 0xffff_ffffn);
  if (name === 'nzcv') state.flags = word >>> 28;
  else if (name === 'fpcr') state.floating.control = word;
  else if (name === 'fpsr') state.floating.status = word;
  else if (name === 'tpidr') state.threadPointer = value;
  else return false;
  return true;
}

export function system(pc: number, word: number, instruction: SystemInstruction, facts: SystemFacts): Step {
  const illegal = new Trap('undefined', word);
  const refuse = (state: CpuState): never => {
    state.pc = pc;
    throw illegal;
  };
  switch (instruction.op) {
    case 'hint':
    case 'clean-cache-line':
      return () => {};
    case 'clear-exclusive':
      return (state) => {
        state.exclusiveAddress = undefined;
      };
    case 'read-system-register': {
      const name = registers[instruction.register];
      const slot = target(instruction.rt);
      if (name === undefined) return refuse;
      return (state) => {
        state.x[slot] = read(state, name, facts);
      };
    }
    case 'write-system-register': {
      const name = registers[instruction.register];
      const slot = source(instruction.rt);
      return (state) => {
        if (name === undefined || !write(state, name, state.get64(slot))) refuse(state);
      };
    }
    case 'zero-cache-line': {
      const slot = source(instruction.rt);
      return (state, memory) => {
        const address = state.number(slot);
        const start = address - (address % zeroLineBytes);
        const offset = memory.translate(start, 'write');
        memory.arena.bytes.fill(0, offset, offset + zeroLineBytes);
      };
    }
    case 'invalidate-instructions': {
      const slot = source(instruction.rt);
      return (state) => facts.invalidateInstructions(state.number(slot));
    }
  }
}
