import type { Arena } from '../arena.ts';
import { fusedDouble, fusedSingle } from '../float/fused.ts';
import { interpret } from '../interpret/interpret.ts';
import type { SystemFacts } from '../interpret/system.ts';
import type { CpuMemory } from '../memory.ts';
import type { CpuState } from '../state.ts';
import { findRegion } from './region.ts';
import { translate } from './translate.ts';

/** A way into translated code: its function, and the number of the block there. */
export interface TranslatedEntry {
  readonly run: () => void;
  readonly label: number;
}

type RunFunction = () => void;

function isRun(value: unknown): value is RunFunction {
  return typeof value === 'function';
}

/** Turns hot code into WebAssembly, a region at a time. */
export class Translator {
  readonly #arena: Arena;
  readonly #state: CpuState;
  readonly #memory: CpuMemory;
  readonly #facts: SystemFacts;
  /** Regions translated so far. */
  count = 0;

  constructor(arena: Arena, state: CpuState, memory: CpuMemory, facts: SystemFacts) {
    this.#arena = arena;
    this.#state = state;
    this.#memory = memory;
    this.#facts = facts;
  }

  /**
   * Translates the code around `pc`, whose bytes are at `offset` in the arena: entries by address. Empty where there is
   * nothing to translate.
   */
  translate(pc: number, offset: number): ReadonlyMap<number, TranslatedEntry> {
    const region = findRegion(this.#arena, pc, offset);
    const entries = new Map<number, TranslatedEntry>();
    const first = region.blocks.find((block) => block.pc === pc);
    if (first === undefined || first.instructions.length === 0) return entries;
    const { module, steps } = translate(region);
    const run = this.#instantiate(module, steps.map(this.#step));
    for (const [label, block] of region.blocks.entries())
      if (block.instructions.length > 0) entries.set(block.pc, { run, label });
    this.count += 1;
    return entries;
  }

  readonly #step = (one: {
    readonly pc: number;
    readonly word: number;
    readonly instruction: Parameters<typeof interpret>[2];
  }): (() => void) => {
    const step = interpret(one.pc, one.word, one.instruction, this.#facts);
    return () => step(this.#state, this.#memory);
  };

  #instantiate(module: Uint8Array<ArrayBuffer>, steps: readonly (() => void)[]): RunFunction {
    const memory = this.#memory;
    const number = (address: bigint): number => Number(BigInt.asUintN(64, address));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module), {
      m: {
        memory: this.#arena.memory,
        step: (index: number) => steps[index]?.(),
        fusedSingle,
        fusedDouble,
        load: (address: bigint, sizeLog2: number) => memory.load(number(address), sizeLog2),
        store: (address: bigint, sizeLog2: number, value: bigint) =>
          memory.store(number(address), sizeLog2, BigInt.asUintN(8 << sizeLog2, value)),
      },
    });
    const { run } = instance.exports;
    if (!isRun(run)) throw new Error('translated code has no entry');
    return run;
  }
}
