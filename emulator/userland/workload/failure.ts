import { type ErrnoName, errno } from '../../linux/uapi/errno.ts';

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

/** A failed system call, as a process throws it. */
export interface FailedCall {
  readonly code: ErrnoName;
  readonly syscall: string;
  readonly message: string;
}

/** Whether something thrown is a failed system call: those have `code` and `syscall`. */
export function failsWith(error: unknown): error is FailedCall {
  return (
    error instanceof Error &&
    'syscall' in error &&
    typeof error.syscall === 'string' &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code in errno
  );
}
