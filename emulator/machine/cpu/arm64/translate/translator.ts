import type { Arena } from '../arena.ts';
import { fusedDouble, fusedSingle } from '../float/fused.ts';
import { interpret } from '../interpret/interpret.ts';
import type { SystemFacts } from '../interpret/system.ts';
import type { CpuMemory } from '../memory.ts';
import type { CpuState } from '../state.ts';
import { dispatcherModule } from './dispatcher.ts';
import { localGroups } from './locals.ts';
import type { Region } from './region.ts';
import { importedFunctions, translate } from './translate.ts';
import { type WasmCode, wasmModule } from './wasm-code.ts';

/** A way into translated code: the place of its function in the table, and the number of the block there. */
export interface TranslatedEntry {
  readonly slot: number;
  readonly label: number;
}

type RunFunction = () => void;

function isRun(value: unknown): value is RunFunction {
  return typeof value === 'function';
}

function runFunction(exported: WebAssembly.Exports, index: number): RunFunction {
  const found = exported[`f${index}`];
  if (!isRun(found)) throw new Error('translated code has no entry');
  return found;
}

const firstSlots = 256;

/** Turns hot code into WebAssembly, a region at a time, and runs it. */
export class Translator {
  readonly #arena: Arena;
  readonly #state: CpuState;
  readonly #memory: CpuMemory;
  readonly #facts: SystemFacts;
  readonly #table = new WebAssembly.Table({ element: 'anyfunc', initial: firstSlots });
  readonly #freeSlots: number[] = [];
  #nextSlot = 0;
  #run: RunFunction | undefined;
  #problem: unknown;

  constructor(arena: Arena, state: CpuState, memory: CpuMemory, facts: SystemFacts) {
    this.#arena = arena;
    this.#state = state;
    this.#memory = memory;
    this.#facts = facts;
  }

  /** Translates regions, as one module: the place of each in the table. */
  translate(regions: readonly Region[]): readonly number[] {
    const steps: (() => void)[] = [];
    const functions: WasmCode[] = [];
    for (const region of regions) {
      const translation = translate(region, steps.length);
      functions.push(translation.code);
      for (const one of translation.steps) steps.push(this.#step(one));
    }
    const module = wasmModule({ imports: importedFunctions, locals: localGroups, functions });
    const exported = this.#instantiate(module, steps);

    return regions.map((_, index) => {
      const slot = this.#takeSlot();
      this.#table.set(slot, runFunction(exported, index));
      return slot;
    });
  }

  /** Gives a function up that nobody will enter any more. */
  release(slot: number): void {
    this.#table.set(slot, null);
    this.#freeSlots.push(slot);
  }

  /**
   * Runs translated code from the state's program counter on, until the jump table does not know the next address, the
   * budget is used up, or something could not be done: it is thrown.
   */
  run(): void {
    this.#run ??= runFunction(this.#instantiate(dispatcherModule(), []), 0);
    this.#run();
    if (!this.#state.faulted) return;
    this.#state.faulted = false;
    throw this.#problem;
  }

  #takeSlot(): number {
    const reused = this.#freeSlots.pop();
    if (reused !== undefined) return reused;
    if (this.#nextSlot === this.#table.length) this.#table.grow(this.#table.length);
    this.#nextSlot += 1;
    return this.#nextSlot - 1;
  }

  readonly #step = (one: {
    readonly pc: number;
    readonly word: number;
    readonly instruction: Parameters<typeof interpret>[2];
  }): (() => void) => {
    const step = interpret(one.pc, one.word, one.instruction, this.#facts);
    return () => step(this.#state, this.#memory);
  };

  /** Does what translated code asks for; it leaves by itself where that cannot be done. */
  #attempt<Result>(act: () => Result, otherwise: Result): Result {
    try {
      return act();
    } catch (problem) {
      this.#problem = problem;
      this.#state.faulted = true;
      return otherwise;
    }
  }

  #instantiate(module: Uint8Array<ArrayBuffer>, steps: readonly (() => void)[]): WebAssembly.Exports {
    const memory = this.#memory;
    const number = (address: bigint): number => Number(BigInt.asUintN(64, address));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module), {
      m: {
        memory: this.#arena.memory,
        table: this.#table,
        step: (index: number) => this.#attempt(() => steps[index]?.(), undefined),
        fusedSingle,
        fusedDouble,
        load: (address: bigint, sizeLog2: number) =>
          this.#attempt(() => memory.load(number(address), sizeLog2), 0n),
        store: (address: bigint, sizeLog2: number, value: bigint) =>
          this.#attempt(
            () => memory.store(number(address), sizeLog2, BigInt.asUintN(8 << sizeLog2, value)),
            undefined,
          ),
      },
    });
    return instance.exports;
  }
}
