import { signalName } from '../../linux/uapi/signal.ts';
import { MemoryFault, ProcessEnded, SyscallError, WaitsForever } from '../errors.ts';

/** What should have been and what was, each in a few words. */
export interface ExpectedAndSeen {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

/** An expectation of a workload that was not met. */
export class ExpectationFailure extends Error {
  override readonly name = 'ExpectationFailure';
  readonly difference: ExpectedAndSeen;

  constructor(difference: ExpectedAndSeen) {
    super(`${difference.what}: expected ${difference.expected}, got ${difference.seen}`);
    this.difference = difference;
  }
}

/** What an emulated process can run into. */
export interface Mishap {
  /** An errno or a signal, by name; undefined for a wait without end. */
  readonly code: string | undefined;
  /** As a sentence. */
  readonly problem: string;
  /** False where the process can go on. */
  readonly isEnd: boolean;
}

/** Reads something thrown as what befell an emulated process; undefined where it is something else, such as our bug. */
export function mishapOf(error: unknown): Mishap | undefined {
  if (error instanceof SyscallError) {
    const on = error.path === undefined ? '' : ` of ${error.path}`;
    return { code: error.code, problem: `${error.syscall}${on} failed with ${error.code}`, isEnd: false };
  }
  if (error instanceof MemoryFault) return { code: error.signal, problem: error.message, isEnd: false };
  if (error instanceof WaitsForever) return { code: undefined, problem: error.message, isEnd: true };
  if (!(error instanceof ProcessEnded)) return undefined;
  const { status, message } = error;
  return {
    code: status?.kind === 'killed' ? signalName(status.signal) : undefined,
    problem: message,
    isEnd: true,
  };
}
