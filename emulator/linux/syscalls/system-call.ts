import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import type { ErrnoName } from '../uapi/errno.ts';
import type { Register } from '../uapi/registers.ts';

/** What a call does with a task and six registers. */
export type SystemCallHandler = (
  kernel: Kernel,
  task: Task,
  a: Register,
  b: Register,
  c: Register,
  d: Register,
  e: Register,
  f: Register,
) => number | bigint;

/** A row of the table. */
export interface SystemCall {
  /** As include/uapi/asm-generic/unistd.h names it. */
  readonly name: string;
  readonly number: number;
  /** Every errno that it may give. */
  readonly errnos: readonly ErrnoName[];
  readonly handler: SystemCallHandler;
}
