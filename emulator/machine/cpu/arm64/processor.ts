import { type Arena, arenaLayout, frameBytes } from './arena.ts';
import { type Block, CodeCache } from './code-cache.ts';
import { faultUnalignedCode } from './faults.ts';
import { Trap } from './interpret/branches.ts';
import { counterHertz } from './interpret/system.ts';
import { CpuMemory, GuestFault, type GuestPages } from './memory.ts';
import type { ThreadRegisters } from './registers.ts';
import { CpuState } from './state.ts';

/** Why a processor stopped. `pc` lies behind a supervisor call, and at the instruction otherwise. */
export type Stop =
  | { readonly kind: 'supervisor-call' }
  | { readonly kind: 'budget' }
  | { readonly kind: 'breakpoint'; readonly comment: number }
  | { readonly kind: 'undefined'; readonly word: number }
  | { readonly kind: 'fault'; readonly fault: GuestFault };

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
  #fetchPage = -1;
  #fetchFrame = 0;

  constructor(arena: Arena, pages: GuestPages, nanoseconds: () => bigint) {
    this.state = new CpuState(arena.memory.buffer, arenaLayout.state);
    this.memory = new CpuMemory(arena, pages);
    this.code = new CodeCache(arena, {
      counter: () => (nanoseconds() * counterHertz) / 1_000_000_000n,
      invalidateInstructions: (address) => this.#forgetCode(address),
    });
    arena.onFrameFreed = (frame) => this.code.forget(frame);
    this.memory.flush();
  }

  /** Puts a thread's registers in. */
  load(registers: ThreadRegisters): void {
    const { state } = this;
    state.bytes.set(registers.bytes);
    state.fpcr = registers.fpcr;
    state.fpsr = registers.fpsr;
    state.threadPointer = registers.threadPointer;
    state.exclusiveAddress = undefined;
  }

  /** Takes the running thread's registers out. */
  save(registers: ThreadRegisters): void {
    const { state } = this;
    registers.bytes.set(state.bytes);
    registers.fpcr = state.fpcr;
    registers.fpsr = state.fpsr;
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
   * instruction however the code is run.
   */
  run(budget: number): Stop {
    let left = budget;
    const { state } = this;
    while (left > 0) {
      let block: Block;
      try {
        block = this.#fetch(state.pc);
      } catch (problem) {
        this.instructions += budget - left;
        return this.#stop(problem);
      }
      let index = 0;
      const { steps } = block;
      const last = steps.length - 1;
      try {
        for (; index < last; index += 1) steps[index]?.(state, this.memory);
        state.pc = block.end;
        steps[last]?.(state, this.memory);
      } catch (problem) {
        if (problem instanceof GuestFault) state.pc = block.pc + 4 * index;
        this.instructions += budget - left + index;
        return this.#stop(problem);
      }
      left -= steps.length;
    }
    this.instructions += budget - left;
    return { kind: 'budget' };
  }

  #fetch(pc: number): Block {
    if (pc % 4 !== 0) throw new GuestFault(pc, 'execute', faultUnalignedCode);
    const within = pc % frameBytes;
    const page = pc - within;
    if (page !== this.#fetchPage) {
      this.#fetchFrame = this.memory.translate(page, 'execute');
      this.#fetchPage = page;
    }
    return this.code.block(pc, this.#fetchFrame + within);
  }

  #forgetCode(address: number): void {
    this.code.forget(this.memory.translate(address - (address % frameBytes), 'read'));
  }

  #stop(problem: unknown): Stop {
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
