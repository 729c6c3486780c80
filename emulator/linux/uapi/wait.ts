/** wait4() and waitid() options and the status word: include/uapi/linux/wait.h. */

export const WNOHANG = 1;
export const WUNTRACED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
export const WNOWAIT = 0x01000000;
export const __WALL = 0x40000000;
export const __WCLONE = 0x80000000;
export const __WNOTHREAD = 0x20000000;

/** Whom waitid() means. */
export const P_ALL = 0;
export const P_PID = 1;
export const P_PGID = 2;

/** How a process ended. Nobody leaves a core dump here, so the flag for one (0x80) is never set. */
export type ExitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: number };

/** The word that wait4() stores. */
export function encodeExitStatus(status: ExitStatus): number {
  if (status.kind === 'exited') return (status.code & 0xff) << 8;
  return status.signal;
}

/** Reads the word that wait4() stored. */
export function decodeExitStatus(word: number): ExitStatus {
  const signal = word & 0x7f;
  if (signal === 0) return { kind: 'exited', code: (word >> 8) & 0xff };
  return { kind: 'killed', signal };
}
