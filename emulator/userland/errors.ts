import type { ExecutedImage } from '../linux/kernel/task.ts';
import { errnoName } from '../linux/uapi/errno.ts';
import { signalName } from '../linux/uapi/signal.ts';
import type { ExitStatus } from '../linux/uapi/wait.ts';
import { errnoTexts } from './errno-texts.ts';

/** A system call failed. Its fields are those of Node's own errors: `errno` is negative. */
export class SyscallError extends Error {
  override readonly name = 'SyscallError';
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;

  constructor(syscall: string, result: number, path?: string) {
    const code = errnoName(result) ?? `E${-result}`;
    const text = errnoTexts[errnoName(result) ?? 'EIO'] ?? `error ${-result}`;
    super(`${code}: ${text}, ${syscall}${path === undefined ? '' : ` '${path}'`}`);
    this.code = code;
    this.errno = result;
    this.syscall = syscall;
    this.path = path;
  }
}

/** How a process ended, in words: `exited with code 3`, `was killed by SIGKILL`. */
function describeExit(status: ExitStatus | undefined): string {
  if (status === undefined) return 'is gone';
  return status.kind === 'exited'
    ? `exited with code ${status.code}`
    : `was killed by ${signalName(status.signal)}`;
}

/** The process has ended, and with it whatever it was about to do. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
  readonly pid: number;
  readonly status: ExitStatus | undefined;

  constructor(pid: number, status: ExitStatus | undefined) {
    super(`process ${pid} ${describeExit(status)}`);
    this.pid = pid;
    this.status = status;
  }
}

/** A process touched memory that it may not touch, and handles the signal. */
export class MemoryFault extends Error {
  override readonly name = 'MemoryFault';
  readonly signal: 'SIGSEGV' | 'SIGBUS';
  readonly address: bigint;

  constructor(signal: 'SIGSEGV' | 'SIGBUS', address: bigint) {
    super(`${signal} at 0x${address.toString(16)}`);
    this.signal = signal;
    this.address = address;
  }
}

/** A call waits for something that nobody is going to do. */
export class WaitsForever extends Error {
  override readonly name = 'WaitsForever';
  readonly syscall: string;

  constructor(pid: number, syscall: string) {
    super(`process ${pid} waits in ${syscall}, and nothing that is set to happen would wake it`);
    this.syscall = syscall;
  }
}

/** A call waits, and whoever runs the process has said that it looks after that: make the call again later. */
export class CallWaits extends Error {
  override readonly name = 'CallWaits';
}

/** execve() has put another program in the place of the one that called it. */
export class ProgramReplaced extends Error {
  override readonly name = 'ProgramReplaced';
  readonly executed: ExecutedImage;

  constructor(executed: ExecutedImage) {
    super(`the process now runs ${executed.path}`);
    this.executed = executed;
  }
}
