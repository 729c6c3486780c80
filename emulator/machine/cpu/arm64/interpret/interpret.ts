import type { Instruction } from '../decode/decode.ts';
import type { FloatInstruction, SimdInstruction } from '../simd-instruction.ts';
import { atomic, compareSwap, loadExclusive, storeExclusive } from './atomics.ts';
import { branch } from './branches.ts';
import { floating } from './floating.ts';
import * as immediate from './integer-immediate.ts';
import * as register from './integer-register.ts';
import * as sources from './integer-sources.ts';
import { load, loadLiteral, loadPair, store, storePair } from './loads.ts';
import { simd } from './simd.ts';
import type { Step } from './step.ts';
import { structure, structureLane } from './structures.ts';
import { type SystemFacts, system } from './system.ts';

/** Instructions behind which a basic block ends. */
const blockEnds: ReadonlySet<Instruction['op']> = new Set<Instruction['op']>([
  'branch',
  'branch-conditional',
  'branch-register',
  'compare-branch',
  'test-branch',
  'supervisor-call',
  'breakpoint',
  'undefined',
  'invalidate-instructions',
]);

export function endsBlock(instruction: Instruction): boolean {
  return blockEnds.has(instruction.op);
}

function isFloat(instruction: FloatInstruction | SimdInstruction): instruction is FloatInstruction {
  return !instruction.op.startsWith('simd');
}

/** What an instruction at `pc` does. Only those that end a block set `state.pc`, or throw a Trap. */
export function interpret(pc: number, word: number, instruction: Instruction, facts: SystemFacts): Step {
  switch (instruction.op) {
    case 'address':
      return immediate.address(pc, instruction);
    case 'add-immediate':
      return immediate.addImmediate(instruction);
    case 'logical-immediate':
      return immediate.logicalImmediate(instruction);
    case 'move-wide':
      return immediate.moveWide(instruction);
    case 'bitfield':
      return immediate.bitfield(instruction);
    case 'extract':
      return immediate.extract(instruction);
    case 'logical-register':
      return register.logicalRegister(instruction);
    case 'add-register':
      return register.addRegister(instruction);
    case 'add-extended':
      return register.addExtended(instruction);
    case 'add-carry':
      return register.addCarry(instruction);
    case 'conditional-compare':
      return register.conditionalCompare(instruction);
    case 'conditional-select':
      return register.conditionalSelect(instruction);
    case 'one-source':
      return sources.oneSource(instruction);
    case 'two-source':
      return sources.twoSource(instruction);
    case 'crc32':
      return sources.crc32(instruction);
    case 'multiply-add':
      return sources.multiplyAdd(instruction);
    case 'multiply-long':
      return sources.multiplyLong(instruction);
    case 'multiply-high':
      return sources.multiplyHigh(instruction);
    case 'branch':
    case 'branch-conditional':
    case 'branch-register':
    case 'compare-branch':
    case 'test-branch':
    case 'supervisor-call':
    case 'breakpoint':
    case 'undefined':
      return branch(pc, instruction);
    case 'hint':
    case 'clear-exclusive':
    case 'read-system-register':
    case 'write-system-register':
    case 'zero-cache-line':
    case 'clean-cache-line':
    case 'invalidate-instructions':
      return system(pc, word, instruction, facts);
    case 'load':
      return load(instruction);
    case 'store':
      return store(instruction);
    case 'load-literal':
      return loadLiteral(pc, instruction);
    case 'load-pair':
      return loadPair(instruction);
    case 'store-pair':
      return storePair(instruction);
    case 'load-exclusive':
      return loadExclusive(instruction);
    case 'store-exclusive':
      return storeExclusive(instruction);
    case 'atomic':
      return atomic(instruction);
    case 'compare-swap':
      return compareSwap(instruction);
    case 'structure':
      return structure(instruction);
    case 'structure-lane':
      return structureLane(instruction);
    default:
      return isFloat(instruction) ? floating(instruction) : simd(instruction);
  }
}
