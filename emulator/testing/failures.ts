import { expect } from 'vitest';
import { SyscallError } from '../userland/errors.ts';

/** What a call throws that fails with this errno; for `toThrow()`. */
export function failure(code: string): Error {
  return expect.objectContaining({ code });
}

/** The errno that a call fails with, or `success`. */
export function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SyscallError) return error.code;
    throw error;
  }
  return 'success';
}
