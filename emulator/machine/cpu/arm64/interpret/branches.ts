import type { BranchInstruction } from '../instruction.ts';
import { type CpuState, source } from '../state.ts';
import { holds, type Step } from './step.ts';

/** Why a processor stopped in front of or behind an instruction. */
export class Trap {
  readonly kind: 'supervisor-call' | 'breakpoint' | 'undefined';
  /** The instruction's bits, or a breakpoint's comment. */
  readonly detail: number;

  constructor(kind: Trap['kind'], detail: number) {
    this.kind = kind;
    this.detail = detail;
  }
}

type Test = (state: CpuState) => boolean;

/** An instruction that sets `pc`. */
export function branch(pc: number, instruction: BranchInstruction): Step {
  const next = pc + 4;
  switch (instruction.op) {
    case 'branch': {
      const to = pc + instruction.offset;
      const { link } = instruction;
      const back = BigInt(next);
      return (state) => {
        if (link) state.x[30] = back;
        state.pc = to;
      };
    }
    case 'branch-register': {
      const { link } = instruction;
      const from = source(instruction.rn);
      const back = BigInt(next);
      return (state) => {
        const to = state.codeAddress(from);
        if (link) state.x[30] = back;
        state.pc = to;
      };
    }
    case 'supervisor-call':
      return trap('supervisor-call', 0, next);
    case 'breakpoint':
      return trap('breakpoint', instruction.comment, pc);
    case 'undefined':
      return trap('undefined', instruction.word, pc);
    default: {
      const taken = test(instruction);
      const to = pc + instruction.offset;
      return (state) => {
        state.pc = taken(state) ? to : next;
      };
    }
  }
}

function trap(kind: Trap['kind'], detail: number, pc: number): Step {
  const thrown = new Trap(kind, detail);
  return (state) => {
    state.pc = pc;
    throw thrown;
  };
}

type Conditional = Extract<
  BranchInstruction,
  { op: 'branch-conditional' | 'compare-branch' | 'test-branch' }
>;

function test(instruction: Conditional): Test {
  if (instruction.op === 'branch-conditional') {
    const { condition } = instruction;
    return (state) => holds(condition, state.flags);
  }
  const { nonzero } = instruction;
  const slot = source(instruction.rt);
  if (instruction.op === 'test-branch') {
    const word = 2 * slot + (instruction.bit >> 5);
    const mask = 1 << (instruction.bit & 31);
    return (state) => (((state.w[word] ?? 0) & mask) !== 0) === nonzero;
  }
  if (!instruction.is64) return (state) => (state.get32(slot) !== 0) === nonzero;
  return (state) => (state.get32(slot) !== 0 || state.w[2 * slot + 1] !== 0) === nonzero;
}
