import type { HostRegister } from './host/library.ts';
import type { TrappedCall } from './trapped-calls.ts';

/** A call of a program that waits for its answer. */
export interface Trap {
  /** The thread that makes it. */
  readonly tid: number;
  readonly call: TrappedCall;
  readonly values: readonly HostRegister[];
}

/** How a run ended. */
export interface NativeExit {
  /** The status word of wait(). */
  readonly word: number;
}

/** What answers traps. */
export interface TrapAnswers {
  /** The call is not made; this is its result. */
  answer(trap: Trap, result: number): void;
  /** The host makes the call. */
  proceed(trap: Trap): void;
  /** Whether installing gives the program an open file of its own, in place of a reference to ours. */
  readonly reopens: boolean;
  /**
   * Puts a file of ours into the program; its number there, or -errno. The trap still waits. The flags of
   * open() are for those that open it anew.
   */
  install(trap: Trap, fd: number, flags: number, closeOnExec: boolean): number;
}

/** Handles one trap. It answers it at once, or later. */
export type TrapHandler = (trap: Trap) => void;

/** What a backend tells while programs run. */
export interface BackendEvents {
  trapped: TrapHandler;
  /** Descriptors were closed somewhere. */
  released(): void;
  /** The event loop gets its turn. */
  idle(): void;
}

/** A way to supervise programs: what catches their calls and answers them. */
export interface NativeBackend extends TrapAnswers {
  readonly name: 'notify' | 'ptrace';
  /** The first program. */
  readonly pid: number;
  /** Runs until the first program has ended; `releases` is readable when descriptors were closed. */
  run(releases: number, events: BackendEvents): Promise<NativeExit>;
  end(): void;
}

/** A list of calls by number, for one processor. */
export function callsByNumber(
  trappable: Readonly<Partial<Record<string, number>>>,
  calls: readonly TrappedCall[],
): ReadonlyMap<number, TrappedCall> {
  return new Map(
    calls.flatMap((call) => {
      const number = trappable[call.name];
      return number === undefined ? [] : [[number, call] as const];
    }),
  );
}
