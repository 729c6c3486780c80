import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import type { AddressSpace } from '../../linux/mm/address-space.ts';
import {
  breakpoint,
  memoryAbort,
  returnToUser,
  type SystemCallEntry,
  supervisorCall,
  type UserPages,
  undefinedInstruction,
} from '../../linux/syscalls.ts';
import type { Processor } from '../../machine/cpu/arm64/processor.ts';
import type { ThreadRegisters } from '../../machine/cpu/arm64/registers.ts';

/** What the threads of a run share. */
export interface GuestMachine {
  readonly kernel: Kernel;
  readonly processor: Processor;
  readonly enter: SystemCallEntry;
  /** A process's memory as the processor sees it. */
  pagesOf(space: AddressSpace): UserPages;
}

/** A thread of machine code, which runs in slices of a number of instructions. */
export class GuestThread {
  readonly task: Task;
  readonly #machine: GuestMachine;
  /** The call in front of the program counter waits, and is made again once the task is awake. */
  #pendingCall = false;

  constructor(task: Task, machine: GuestMachine) {
    this.task = task;
    this.#machine = machine;
  }

  get isDone(): boolean {
    return !this.task.isAlive;
  }

  /** A parent that lent its memory waits until its child executes a program or ends. */
  get isReady(): boolean {
    const { vforkChild, memory } = this.task;
    if (vforkChild !== undefined) {
      if (vforkChild.isAlive && vforkChild.memory === memory) return false;
      this.task.vforkChild = undefined;
    }
    return this.task.state !== 'blocked';
  }

  /** Runs up to about `budget` instructions; less where the thread has to wait or ends. */
  turn(budget: number): void {
    const { kernel, processor } = this.#machine;
    const { task } = this;
    const end = processor.instructions + budget;
    if (this.#pendingCall) this.#call();
    else if (task.signals.hasPending) returnToUser(kernel, task);
    while (task.registers !== undefined && task.isAlive && this.isReady && processor.instructions < end)
      this.#run(task.registers, end - processor.instructions);
  }

  /** Runs until the thread needs the kernel. An instruction takes a nanosecond. */
  #run(registers: ThreadRegisters, budget: number): void {
    const { kernel, processor } = this.#machine;
    const { task } = this;
    const before = processor.instructions;
    processor.useMemory(this.#machine.pagesOf(task.memory));
    processor.load(registers);
    const stop = processor.run(budget);
    processor.save(registers);
    kernel.clock.advance(processor.instructions - before);
    if (stop.kind === 'supervisor-call') this.#call();
    else if (stop.kind === 'undefined') undefinedInstruction(kernel, task, stop.word);
    else if (stop.kind === 'breakpoint') breakpoint(kernel, task);
    else if (stop.kind === 'fault') memoryAbort(kernel, task, stop.fault);
  }

  #call(): void {
    const { kernel, enter } = this.#machine;
    this.#pendingCall = supervisorCall(kernel, this.task, enter) === 'waits';
  }
}
