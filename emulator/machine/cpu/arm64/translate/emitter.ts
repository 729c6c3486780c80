import type { Instruction } from '../decode/decode.ts';
import { stateOffsets } from '../state.ts';
import { emitPack, type FlagSource, packed } from './flags.ts';
import { locals } from './locals.ts';
import type { Region } from './region.ts';
import { op, type WasmCode } from './wasm-code.ts';

/** Imported functions, by index. */
export const imported = { step: 0, load: 1, store: 2, fusedSingle: 3, fusedDouble: 4 } as const;

/** Depths of what encloses all blocks: branching there leaves the region, or goes to the block of the label. */
export const exitDepth = 1;
export const dispatchDepth = 2;

/** What is being written: the code so far, and what is known about registers and flags at this place. */
export class Emitter {
  readonly code: WasmCode;
  readonly region: Region;
  /** Registers that the region reads or writes, and those that it writes. */
  readonly used = new Set<number>();
  readonly written = new Set<number>();
  /** Where the flags are. */
  flags: FlagSource = packed;
  /** Whether anybody will look at the flags after the instruction at hand. */
  flagsAreLive = true;
  /** Address of the instruction at hand, and how many of its block are done. */
  pc = 0;
  done = 0;
  readonly #firstStep: number;
  readonly #blocks: ReadonlyMap<number, number>;
  /** Instructions for the interpreter, by number. */
  readonly steps: { readonly pc: number; readonly word: number; readonly instruction: Instruction }[] = [];

  constructor(region: Region, code: WasmCode, firstStep: number) {
    this.region = region;
    this.code = code;
    this.#firstStep = firstStep;
    this.#blocks = new Map(region.blocks.map(({ pc }, index) => [pc, index]));
  }

  /** Pushes a register of which 31 is zero. */
  register(field: number): void {
    if (field === 31) this.code.i64(0n);
    else this.stackOrRegister(field);
  }

  /** Pushes a register of which 31 is the stack pointer. */
  stackOrRegister(field: number): void {
    this.used.add(field);
    this.code.get(field);
  }

  /** Pushes a register's lower half, or all of it. */
  sized(field: number, is64: boolean): void {
    this.register(field);
    if (!is64) this.narrow();
  }

  /** Clears the upper half of what is on the stack. */
  narrow(): void {
    this.code.i64(0xffff_ffffn).emit(op.i64And);
  }

  /** Pops into a register of which 31 is nowhere. */
  setRegister(field: number): void {
    if (field === 31) this.code.emit(op.drop);
    else this.setStackOrRegister(field);
  }

  setStackOrRegister(field: number): void {
    this.used.add(field);
    this.written.add(field);
    this.code.set(field);
  }

  /** Behind a call: leaves the region in front of the instruction at hand where that could not be done. */
  leaveOnFault(): void {
    const { code } = this;
    code.i32(0).memory(op.i32Load, stateOffsets.faulted).open(op.if);
    if (this.flagsAreLive) emitPack(code, this.flags);
    code.get(locals.left).i32(this.done).emit(op.i32Sub).set(locals.left);
    code.i32(0).f64(this.pc).memory(op.f64Store, stateOffsets.pc);
    code.branch(exitDepth).close();
  }

  /** The number of the next instruction for the interpreter. */
  get nextStep(): number {
    return this.#firstStep + this.steps.length;
  }

  /** Loads registers from the state. */
  loadRegisters(registers: Iterable<number>): void {
    for (const register of registers)
      this.code
        .i32(0)
        .memory(op.i64Load, stateOffsets.x + 8 * register)
        .set(register);
  }

  /** Stores registers to the state. */
  storeRegisters(registers: Iterable<number>): void {
    for (const register of registers)
      this.code
        .i32(0)
        .get(register)
        .memory(op.i64Store, stateOffsets.x + 8 * register);
  }

  /** The number of the block that begins at an address of the region; negative where none does. */
  blockAt(pc: number): number {
    return this.#blocks.get(pc) ?? -1;
  }
}
