/** What the process tells its caller. A signal's code, 128+n, comes from the shell: signals are left to end us. */
export const exitCodes = {
  /** An answer, also when the emulated boot panics. */
  answer: 0,
  /** An expectation that the user stated does not hold. */
  expectationFailed: 1,
  /** Bad usage or input: one line on stderr says what. */
  inputError: 2,
  /** Stopped by Ctrl-C after keeping what was done; as the shell would say it. */
  interrupted: 130,
  /** A bug of ours. */
  bug: 3,
} as const;
