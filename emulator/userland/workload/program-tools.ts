import type { ProgramImage } from '../../linux/kernel/task.ts';
import { CallWaits } from '../errors.ts';
import type { Process } from '../process.ts';

/** A process each of whose calls gives the others their turn first, and waits for what it has to wait for. */
export type Interleaved = {
  readonly [Name in keyof Process]: Process[Name] extends (...args: infer Arguments) => infer Result
    ? (...args: Arguments) => Promise<Awaited<Result>>
    : Process[Name];
};

/** What a program gets beside its process. */
export interface ProgramTools {
  /** Lets the others have their turn: `await turn()`. Without it a program runs in one piece. */
  turn(): Promise<void>;
  /** The process with calls that interleave with those of others: `await calls.open(…)`. */
  readonly calls: Interleaved;
  /** fork(): the child runs `main`, beside this program; its number. */
  fork(main: ProgramMain): number;
  /** clone(): another thread of this process runs `main`; its number. */
  thread(main: ProgramMain): number;
  /** The words that execve() was given; the program's name where nobody executed it. */
  readonly argv: readonly string[];
  /** What execve() was given as environment: `NAME=value`. */
  readonly environment: readonly string[];
}

/** The default export of a program module: works on a process, and returns its exit code. */
export type ProgramMain = (process: Process, tools: ProgramTools) => unknown;

/** A program in the emulated file system that is a function. */
export class FunctionImage implements ProgramImage {
  readonly name: string;
  readonly main: ProgramMain;

  constructor(name: string, main: ProgramMain) {
    this.name = name;
    this.main = main;
  }
}

/**
 * The calls of a process, one by one: before each `turn` is waited for; one that waits is made again when the process
 * has woken, as the kernel does.
 */
export function interleaved(process: Process, turn: () => Promise<void>): Interleaved {
  const calls = new Proxy(process, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...args: readonly unknown[]) => {
        for (;;) {
          await turn();
          try {
            return target.withWaitsElsewhere((): unknown => Reflect.apply(member, target, args));
          } catch (error) {
            if (!(error instanceof CallWaits)) throw error;
          }
        }
      };
    },
  });
  // The proxy turns every method into one that gives a promise, which its type cannot say.
  return calls as unknown as Interleaved;
}
