import { type Arena, arenaLayout, frameBytes } from './arena.ts';
import { type Block, CodeCache } from './code-cache.ts';
import { faultNotCanonical, faultUnalignedCode } from './faults.ts';
import { Trap } from './interpret/branches.ts';
import { counterHertz } from './interpret/system.ts';
import { CpuMemory, GuestFault, type GuestPages, userSpace } from './memory.ts';
import type { ThreadRegisters } from './registers.ts';
import { CpuState } from './state.ts';
import { HotCode } from './translate/hot-code.ts';
import { Translator } from './translate/translator.ts';

/** Why a processor stopped. `pc` lies behind a supervisor call, and at the instruction otherwise. */
export type Stop =
  | { readonly kind: 'supervisor-call' }
  | { readonly kind: 'budget' }
  | { readonly kind: 'breakpoint'; readonly comment: number }
  | { readonly kind: 'undefined'; readonly word: number }
  | { readonly kind: 'fault'; readonly fault: GuestFault };

/** What fits into the counter of translated code. */
const largestBudget = 2 ** 30;

/**
 * One AArch64 core in user mode: Armv8.0-A with CRC32 and LSE atomics. It runs one thread at a time, until the thread
 * needs the kernel or has used up its instructions.
 */
export class Processor {
  readonly state: CpuState;
  readonly memory: CpuMemory;
  readonly code: CodeCache;
  /** Instructions run so far. */
  instructions = 0;
  readonly #hot: HotCode;
  readonly #translator: Translator;
  #fetchPage = -1;
  #fetchFrame = 0;
  #fetchFaults = -1;

  constructor(arena: Arena, pages: GuestPages, nanoseconds: () => bigint) {
    this.state = new CpuState(arena.memory.buffer, arenaLayout.state);
    this.memory = new CpuMemory(arena, pages);
    const facts = {
      counter: () => (nanoseconds() * counterHertz) / 1_000_000_000n,
      invalidateInstructions: (address: number) => this.#forgetCode(address),
    };
    this.code = new CodeCache(arena, facts, (slots) => this.#forgotten(slots));
    this.#translator = new Translator(arena, this.state, this.memory, facts);
    this.#hot = new HotCode(arena, this.code, this.#translator);
    arena.onFrameFreed = (frame) => this.code.forget(frame);
    this.memory.flush();
  }

  /** Runs of a block after which it is translated; the interpreter does the same, slowly. */
  set translatesAfter(runs: number) {
    this.#hot.translatesAfter = runs;
  }

  /** Puts a thread's registers in. */
  load(registers: ThreadRegisters): void {
    const { state } = this;
    state.bytes.set(registers.bytes);
    state.floating.control = registers.fpcr;
    state.floating.status = registers.fpsr;
    state.threadPointer = registers.threadPointer;
    state.exclusiveAddress = undefined;
  }

  /** Takes the running thread's registers out. */
  save(registers: ThreadRegisters): void {
    const { state } = this;
    registers.bytes.set(state.bytes);
    registers.fpcr = state.floating.control;
    registers.fpsr = state.floating.status;
    registers.threadPointer = state.threadPointer;
  }

  /** Another address space, or the same one after the kernel changed it. */
  useMemory(pages: GuestPages): void {
    this.memory.switchTo(pages);
    this.memory.refresh();
    this.#fetchPage = -1;
  }

  /**
   * Runs until something stops the thread. `budget` is looked at after branches only, so that it ends at the same
   * instruction however often the code was run before.
   */
  run(budget: number): Stop {
    let left = Math.min(budget, largestBudget);
    const all = left;
    const { state } = this;
    while (left > 0 || state.midway) {
      state.midway = false;
      let block: Block;
      try {
        block = this.#fetch(state.pc);
      } catch (problem) {
        return this.#stop(problem, all - left);
      }
      const entry = block.translated;
      if (entry === undefined) {
        const ran = this.#interpret(block);
        if (typeof ran !== 'number') return this.#stop(ran.problem, all - left + ran.ran);
        left -= ran;
        continue;
      }

      this.memory.jumps.put(block.pc, entry.slot, entry.label);
      state.budget = left;
      try {
        this.#translator.run();
      } catch (problem) {
        return this.#stop(problem, all - state.budget);
      }
      left = state.budget;
    }
    this.instructions += all - left;
    return { kind: 'budget' };
  }

  /** Runs a block: how many instructions that were, or what stopped it where. */
  #interpret(block: Block): number | { readonly problem: unknown; readonly ran: number } {
    const { state, memory } = this;
    const { steps } = block;
    const last = steps.length - 1;
    let index = 0;
    try {
      for (; index < last; index += 1) steps[index]?.(state, memory);
      state.pc = block.end;
      steps[last]?.(state, memory);
    } catch (problem) {
      if (problem instanceof GuestFault) state.pc = block.pc + 4 * index;
      return { problem, ran: index };
    }
    this.#hot.ran(block);
    return steps.length;
  }

  #forgotten(slots: ReadonlySet<number>): void {
    this.memory.jumps.flush();
    for (const slot of slots) this.#translator.release(slot);
  }

  #fetch(pc: number): Block {
    if (!(pc < userSpace)) throw new GuestFault(pc, 'execute', faultNotCanonical);
    if (pc % 4 !== 0) throw new GuestFault(pc, 'execute', faultUnalignedCode);
    const within = pc % frameBytes;
    const page = pc - within;
    if (page !== this.#fetchPage || this.#fetchFaults !== this.memory.faults) {
      this.#fetchFrame = this.memory.translate(page, 'execute');
      this.#fetchPage = page;
      this.#fetchFaults = this.memory.faults;
    }
    return this.code.block(pc, this.#fetchFrame + within);
  }

  #forgetCode(address: number): void {
    this.code.forget(this.memory.translate(address - (address % frameBytes), 'read'));
  }

  #stop(problem: unknown, ran: number): Stop {
    this.instructions += ran;
    this.#fetchPage = -1;
    if (problem instanceof GuestFault) return { kind: 'fault', fault: problem };
    if (!(problem instanceof Trap)) throw problem;
    switch (problem.kind) {
      case 'supervisor-call':
        this.instructions += 1;
        return { kind: 'supervisor-call' };
      case 'breakpoint':
        return { kind: 'breakpoint', comment: problem.detail };
      case 'undefined':
        return { kind: 'undefined', word: problem.detail };
    }
  }
}
