import { frameBytes } from '../arena.ts';
import type { Instruction } from '../decode/decode.ts';
import { stateOffsets } from '../state.ts';
import { emitFloat } from './emit-float.ts';
import { emitInteger } from './emit-integer.ts';
import { emitMemory } from './emit-memory.ts';
import { emitSimd } from './emit-simd.ts';
import { dispatchDepth, Emitter, exitDepth, imported } from './emitter.ts';
import { definesFlags, emitCondition, emitPack, packed, readsFlags } from './flags.ts';
import { locals } from './locals.ts';
import type { Region, RegionBlock } from './region.ts';
import { type ImportedFunction, op, type, WasmCode } from './wasm-code.ts';

/** The functions that translated code calls, in the order of `imported`. */
export const importedFunctions: readonly ImportedFunction[] = [
  { name: 'step', parameters: [type.i32], results: [] },
  { name: 'load', parameters: [type.i64, type.i32], results: [type.i64] },
  { name: 'store', parameters: [type.i64, type.i32, type.i64], results: [] },
  { name: 'fusedSingle', parameters: [type.f64, type.f64, type.f64], results: [type.f64] },
  { name: 'fusedDouble', parameters: [type.f64, type.f64, type.f64], results: [type.f64] },
];

/** A translated region: its code, and the instructions that it leaves to the interpreter. */
export interface Translation {
  readonly code: WasmCode;
  readonly steps: Emitter['steps'];
}

/** Translates a region. Instructions for the interpreter are numbered from `firstStep` on. */
export function translate(region: Region, firstStep: number): Translation {
  const emitter = new Emitter(region, new WasmCode(), firstStep);
  emitBlocks(emitter, liveFlagsOf(region));
  emitter.storeRegisters(emitter.written);
  emitter.code.i32(0).get(locals.flags).memory(op.i32Store, stateOffsets.flags);
  emitter.code.i32(0).get(locals.left).memory(op.i32Store, stateOffsets.budget);
  // Which registers have to be loaded is known only now.
  const start = new Emitter(region, new WasmCode(), 0);
  start.loadRegisters(emitter.used);
  start.code.i32(0).memory(op.i32Load, stateOffsets.flags).set(locals.flags);
  start.code.i32(0).memory(op.i32Load, stateOffsets.budget).set(locals.left);
  start.code.i32(0).memory(op.i32Load, stateOffsets.label).set(locals.label);
  return { code: start.code.append(emitter.code), steps: emitter.steps };
}

/** For each block whether somebody looks at the flags behind it before they are set again. */
function liveFlagsOf({ blocks }: Region): readonly boolean[] {
  const atStart = blocks.map(() => false);
  const atEnd = blocks.map(() => false);
  const known = new Map(blocks.map(({ pc }, index) => [pc, index]));
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = blocks.length - 1; index >= 0; index -= 1) {
      const block = blocks[index];
      if (block === undefined) continue;
      const after =
        block.successors.length === 0 ||
        block.successors.some((pc) => {
          const next = known.get(pc);
          return next === undefined || atStart[next] === true;
        });
      const before = liveBefore(block, after);
      changed ||= atEnd[index] !== after || atStart[index] !== before;
      atEnd[index] = after;
      atStart[index] = before;
    }
  }
  return atEnd;
}

function liveBefore({ instructions }: RegionBlock, after: boolean): boolean {
  for (const instruction of instructions) {
    if (readsFlags(instruction)) return true;
    if (definesFlags(instruction)) return false;
  }
  return after;
}

function emitBlocks(emitter: Emitter, liveFlags: readonly boolean[]): void {
  const { code, region } = emitter;
  const { blocks } = region;
  code.open(op.block).open(op.loop);
  for (const _ of blocks) code.open(op.block);
  code.get(locals.label).table(blocks.length - 1);
  for (const [index, block] of blocks.entries()) {
    code.close();
    emitBlock(emitter, block, index, liveFlags[index] ?? true);
  }
  code.emit(op.unreachable).close().close();
}

/** Whether flags are looked at behind each instruction of a block. */
function liveness(block: RegionBlock, atEnd: boolean): readonly boolean[] {
  const live: boolean[] = [];
  let after = atEnd;
  for (let index = block.instructions.length - 1; index >= 0; index -= 1) {
    live[index] = after;
    const instruction = block.instructions[index];
    if (instruction === undefined) continue;
    if (readsFlags(instruction)) after = true;
    else if (definesFlags(instruction)) after = false;
  }
  return live;
}

class BlockPlace {
  readonly emitter: Emitter;
  readonly index: number;
  readonly block: RegionBlock;
  readonly loopsToItself: boolean;
  /** The depth of the loop, for a block that loops to itself. */
  readonly loopDepth: number;

  constructor(emitter: Emitter, index: number, block: RegionBlock) {
    this.emitter = emitter;
    this.index = index;
    this.block = block;
    this.loopsToItself = block.successors.includes(block.pc) && block.endsInBranch;
    this.loopDepth = emitter.code.depth + 1;
  }

  /** Leaves the region for an address. */
  exit(pc: number): void {
    const { code } = this.emitter;
    code.i32(0).f64(pc).memory(op.f64Store, stateOffsets.pc).branch(exitDepth);
  }

  /** Goes on at an address, in the region or outside; behind a branch the budget is looked at. */
  go(pc: number): void {
    const { emitter, block, index } = this;
    const { code } = emitter;
    const target = emitter.blockAt(pc);
    if (target < 0) {
      this.exit(pc);
      return;
    }
    if (block.endsInBranch) {
      code.get(locals.left).i32(0).emit(op.i32LeSigned).open(op.if);
      this.exit(pc);
      code.close();
    }
    if (this.loopsToItself && target === index) {
      code.branch(this.loopDepth);
      return;
    }
    if (target > index) code.branch(dispatchDepth + emitter.region.blocks.length - target);
    else code.i32(target).set(locals.label).branch(dispatchDepth);
  }
}

function emitBlock(emitter: Emitter, block: RegionBlock, index: number, liveAtEnd: boolean): void {
  const { code } = emitter;
  const place = new BlockPlace(emitter, index, block);
  emitter.flags = packed;
  if (place.loopsToItself) code.open(op.loop);
  const live = liveness(block, liveAtEnd);
  const last = block.instructions.length - 1;
  for (const [at, instruction] of block.instructions.entries()) {
    emitter.pc = block.pc + 4 * at;
    emitter.done = at;
    emitter.flagsAreLive = live[at] ?? true;
    if (at === last && block.endsInBranch) break;
    emitInstruction(emitter, instruction, block.words[at] ?? 0);
  }
  code.get(locals.left).i32(block.instructions.length).emit(op.i32Sub).set(locals.left);
  const ending = block.endsInBranch ? block.instructions[last] : undefined;
  if (ending === undefined) {
    emitter.flagsAreLive = liveAtEnd;
    if (liveAtEnd) emitPack(code, emitter.flags);
    endWithoutBranch(place);
  } else emitBranch(place, ending, liveAtEnd);
  if (place.loopsToItself) code.close();
}

function endWithoutBranch(place: BlockPlace): void {
  const { block } = place;
  const end = block.pc + 4 * block.instructions.length;
  if (place.emitter.blockAt(end) >= 0 && block.instructions.length > 0) place.go(end);
  else {
    // The budget is looked at behind branches and at the end of a page, and nowhere else.
    if (end % frameBytes !== 0) place.emitter.code.i32(0).i32(1).memory(op.i32Store, stateOffsets.midway);
    place.exit(end);
  }
}

function emitBranch(place: BlockPlace, instruction: Instruction, liveAtEnd: boolean): void {
  const { emitter } = place;
  const { code, pc } = emitter;
  const next = pc + 4;
  if (instruction.op === 'branch') {
    if (liveAtEnd) emitPack(code, emitter.flags);
    if (instruction.link) {
      code.i64(BigInt(next));
      emitter.setRegister(30);
      place.exit(pc + instruction.offset);
    } else place.go(pc + instruction.offset);
    return;
  }
  if (instruction.op === 'branch-register') {
    emitPack(code, emitter.flags);
    code.i32(0);
    emitter.register(instruction.rn);
    code
      .i64(0xff_ffff_ffff_ffffn)
      .emit(op.i64And, op.f64ConvertI64Unsigned)
      .memory(op.f64Store, stateOffsets.pc);
    if (instruction.link) {
      code.i64(BigInt(next));
      emitter.setRegister(30);
    }
    code.branch(exitDepth);
    return;
  }
  if (
    instruction.op !== 'branch-conditional' &&
    instruction.op !== 'compare-branch' &&
    instruction.op !== 'test-branch'
  )
    throw new Error(`${instruction.op} ends no block`);
  pushTest(emitter, instruction);
  // The test stays on the stack while the flags are computed for whoever comes next.
  if (liveAtEnd) emitPack(code, emitter.flags);
  code.open(op.if);
  place.go(pc + instruction.offset);
  code.close();
  place.go(next);
}

type Conditional = Extract<Instruction, { op: 'branch-conditional' | 'compare-branch' | 'test-branch' }>;

function pushTest(emitter: Emitter, instruction: Conditional): void {
  const { code } = emitter;
  if (instruction.op === 'branch-conditional') {
    emitCondition(code, instruction.condition, emitter.flags);
    return;
  }
  if (instruction.op === 'compare-branch') {
    emitter.sized(instruction.rt, instruction.is64);
    code.emit(op.i64Eqz);
  } else {
    emitter.register(instruction.rt);
    code.i64(1n << BigInt(instruction.bit)).emit(op.i64And, op.i64Eqz);
  }
  if (instruction.nonzero) code.emit(op.i32Eqz);
}

function emitInstruction(emitter: Emitter, instruction: Instruction, word: number): void {
  if (emitInteger(emitter, instruction) || emitMemory(emitter, instruction)) return;
  if (emitSimd(emitter, instruction)) return;
  if (emitFloat(emitter, instruction, () => emitStep(emitter, instruction, word))) return;
  emitStep(emitter, instruction, word);
}

const registerFields = ['rd', 'rn', 'rm', 'ra', 'rt', 'rt2', 'rs'] as const;

/** Has the interpreter run an instruction. */
function emitStep(emitter: Emitter, instruction: Instruction, word: number): void {
  const { code } = emitter;
  const touched = new Set<number>();
  for (const field of registerFields) {
    const register = field in instruction ? Reflect.get(instruction, field) : undefined;
    if (typeof register === 'number') touched.add(register);
  }
  if ('writeBack' in instruction && typeof instruction.writeBack === 'object')
    touched.add(instruction.writeBack.rm);
  if (instruction.op === 'compare-swap' && instruction.pair)
    for (const register of [instruction.rs, instruction.rt]) touched.add(register + 1);
  for (const register of touched) {
    emitter.used.add(register);
    emitter.written.add(register);
  }
  emitter.storeRegisters(touched);
  if (emitter.flagsAreLive || readsFlags(instruction)) emitPack(code, emitter.flags);
  code.i32(0).get(locals.flags).memory(op.i32Store, stateOffsets.flags);
  code.i32(emitter.nextStep).index(op.call, imported.step);
  emitter.steps.push({ pc: emitter.pc, word, instruction });
  emitter.leaveOnFault();
  emitter.loadRegisters(touched);
  code.i32(0).memory(op.i32Load, stateOffsets.flags).set(locals.flags);
  if (definesFlags(instruction) || instruction.op === 'write-system-register') emitter.flags = packed;
}
