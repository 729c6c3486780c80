import type { Instruction } from '../decode/decode.ts';
import { stateOffsets } from '../state.ts';
import { emitPack, type FlagSource, packed } from './flags.ts';
import { locals } from './locals.ts';
import type { Region, RegionBlock } from './region.ts';
import { op, WasmCode } from './wasm-code.ts';

/** Imported functions, by index. */
export const imported = { step: 0, load: 1, store: 2, fusedSingle: 3, fusedDouble: 4 } as const;

/** Registers that a region reads or writes: what its first pass finds out. */
export interface RegisterUse {
  readonly used: ReadonlySet<number>;
  readonly written: ReadonlySet<number>;
}

/** What is being written: the code so far, and what is known about registers and flags at this place. */
export class Emitter {
  readonly code = new WasmCode();
  readonly region: Region;
  readonly used = new Set<number>();
  readonly written = new Set<number>();
  /** Where the flags are. */
  flags: FlagSource = packed;
  /** Whether anybody will look at the flags after the instruction at hand. */
  flagsAreLive = true;
  /** Address of the instruction at hand, and how many of its block are done. */
  pc = 0;
  done = 0;
  /** Blocks and loops around this place, within the code of the block at hand. */
  depth = 0;
  readonly #use: RegisterUse;
  /** Instructions for the interpreter, by number. */
  readonly steps: { readonly pc: number; readonly word: number; readonly instruction: Instruction }[] = [];

  constructor(region: Region, use: RegisterUse) {
    this.region = region;
    this.#use = use;
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

  /** Stores what the interpreter or a handler of a fault would look at. */
  spill(): void {
    const { code } = this;
    for (const register of this.#use.written) {
      code
        .i32(0)
        .get(register)
        .memory(op.i64Store, stateOffsets.x + 8 * register);
    }
    if (this.flagsAreLive) emitPack(code, this.flags);
    code.i32(0).get(locals.flags).memory(op.i32Store, stateOffsets.flags);
    code.i32(0).get(locals.left).i32(this.done).emit(op.i32Sub).memory(op.i32Store, stateOffsets.budget);
    code.i32(0).f64(this.pc).memory(op.f64Store, stateOffsets.pc);
  }

  /** Loads registers from the state. */
  reload(registers: Iterable<number>): void {
    for (const register of registers)
      this.code
        .i32(0)
        .memory(op.i64Load, stateOffsets.x + 8 * register)
        .set(register);
  }

  get registerUse(): RegisterUse {
    return this.#use;
  }

  /** The number of the block that begins at an address of the region. */
  blockAt(pc: number): number {
    return this.region.blocks.findIndex((block: RegionBlock) => block.pc === pc);
  }
}
