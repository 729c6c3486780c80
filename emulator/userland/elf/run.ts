import type { ConsolePort } from '../../linux/drivers/tty/host-console.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import type { AddressSpace } from '../../linux/mm/address-space.ts';
import {
  openStandardFiles,
  type PickOrder,
  passIdleTime,
  RunQueue,
  roundRobin,
  type SystemCallEntry,
  sendSignal,
  shareMemory,
  systemCall,
  UserPages,
} from '../../linux/syscalls.ts';
import type { ExitStatus } from '../../linux/uapi/wait.ts';
import { Arena } from '../../machine/cpu/arm64/arena.ts';
import { Processor } from '../../machine/cpu/arm64/processor.ts';
import { ProcessEnded, ProgramReplaced } from '../errors.ts';
import { Process } from '../process.ts';
import { GuestThread } from './guest-thread.ts';

/** A program in the board's file system, and how it is started. */
export interface Start {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly console: ConsolePort;
}

export interface RunLimits {
  /** Instructions in all, of every thread. */
  readonly instructions?: number | undefined;
  /** Virtual time, from the start on. */
  readonly nanoseconds?: bigint | undefined;
  /** Lets the host do its own work; awaited every so often. Gives a signal that came for the programs meanwhile. */
  readonly breathe?: (() => Promise<number | undefined>) | undefined;
  /** Waits until something was typed at the terminal, or a signal came. */
  readonly awaitInput?: (() => Promise<number | undefined>) | undefined;
}

/** How a run ended: by the first program's end, or before it. */
export type RunEnd =
  | { readonly kind: 'ended'; readonly status: ExitStatus }
  | { readonly kind: 'instructions' | 'time' | 'stuck' };

/** Instructions of one turn. */
const slice = 100_000;
/** Turns between two moments of the host's own. */
const turnsPerBreath = 50;

/** Runs AArch64 programs on a booted board: one processor, and everything that the first program starts. */
export class ElfRun {
  readonly processor: Processor;
  readonly #kernel: Kernel;
  readonly #enter: SystemCallEntry;
  readonly #queue: RunQueue<GuestThread>;
  readonly #pages = new WeakMap<AddressSpace, UserPages>();
  #lastPid = 0;
  #terminal: ReturnType<typeof openStandardFiles>;
  /** The thread whose turn it is. */
  current: Task | undefined;

  constructor(
    kernel: Kernel,
    options: { readonly enter?: SystemCallEntry; readonly order?: PickOrder } = {},
  ) {
    this.#kernel = kernel;
    this.#enter = options.enter ?? systemCall;
    this.#queue = new RunQueue(options.order ?? roundRobin);
    const arena = new Arena();
    shareMemory(kernel.memory, arena);
    const nothing = { frame: () => -1, generation: 0 };
    this.processor = new Processor(arena, nothing, () => kernel.clock.now);
  }

  /** Puts a program in a process's place, with standard files; a SyscallError where the kernel refuses it. */
  start(task: Task, { path, argv, environment, console }: Start): void {
    this.#terminal = openStandardFiles(this.#kernel, task, console, (signal) => this.#signal(task, signal));
    try {
      new Process(this.#kernel, task, this.#enter).execve(path, argv, environment);
    } catch (error) {
      // A program that cannot be loaded when the old one is gone has ended already.
      if (error instanceof ProcessEnded) return;
      if (!(error instanceof ProgramReplaced)) throw error;
    }
    this.#lastPid = this.#kernel.tasks.lastPid;
    this.#queue.enqueue(this.#thread(task));
  }

  /** Runs until the first program has ended, or a limit is reached; what still runs then is killed. */
  async run(first: Task, limits: RunLimits = {}, afterTurn: () => void = () => {}): Promise<RunEnd> {
    const { clock } = this.#kernel;
    let turns = 0;
    const until = limits.nanoseconds === undefined ? undefined : clock.now + limits.nanoseconds;
    while (first.isAlive && this.#kernel.power.state === 'on') {
      if (this.processor.instructions >= (limits.instructions ?? Number.POSITIVE_INFINITY))
        return { kind: 'instructions' };
      if (until !== undefined && clock.now >= until) return { kind: 'time' };
      turns += 1;
      const signal = turns % turnsPerBreath === 0 ? await limits.breathe?.() : undefined;
      if (signal !== undefined) this.#signal(first, signal);
      const thread = this.#queue.pick();
      if (thread === undefined) {
        const waiting = this.#queue.members.map(({ task }) => task);
        if (passIdleTime(this.#kernel, waiting)) continue;
        const { awaitInput } = limits;
        if (awaitInput === undefined || !waiting.some((task) => this.#terminal?.isAwaitedBy(task)))
          return { kind: 'stuck' };
        const came = await awaitInput();
        if (came !== undefined) this.#signal(first, came);
        continue;
      }
      this.current = thread.task;
      thread.turn(slice);
      this.current = undefined;
      if (!thread.isDone) this.#queue.enqueue(thread);
      this.#enqueueNew();
      afterTurn();
    }
    return { kind: 'ended', status: first.exitStatus ?? { kind: 'exited', code: 0 } };
  }

  #thread(task: Task): GuestThread {
    return new GuestThread(task, {
      kernel: this.#kernel,
      processor: this.processor,
      enter: this.#enter,
      pagesOf: (space) => this.#pagesOf(space),
    });
  }

  /** Children and threads that calls have made since. */
  #enqueueNew(): void {
    const { tasks } = this.#kernel;
    for (; this.#lastPid < tasks.lastPid; this.#lastPid += 1) {
      const task = tasks.byPid(this.#lastPid + 1);
      if (task?.registers !== undefined) this.#queue.enqueue(this.#thread(task));
    }
  }

  #pagesOf(space: AddressSpace): UserPages {
    const known = this.#pages.get(space);
    if (known !== undefined) return known;
    const { code } = this.processor;
    const pages = new UserPages(space, this.#kernel.memory, (frame) => code.forget(frame));
    this.#pages.set(space, pages);
    return pages;
  }

  #signal(first: Task, signal: number): void {
    for (const task of this.#kernel.tasks.processes)
      if (task === first || (task.registers !== undefined && task.isAlive)) sendSignal(task, signal);
  }
}
