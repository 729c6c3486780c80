import type { CallEvent } from './event.ts';
import { isSignature } from './signatures.ts';
import { numberOf } from './value.ts';

/** What a process of a trace has, by the trace's own names. */
export interface Holdings {
  /** Whether a call of the trace made the descriptor. */
  made(fd: number): boolean;
  /** Whether a call of the trace made the mapping that this address lies in. */
  mapped(address: bigint): boolean;
}

/** A program's own start and heap. */
const ofTheProgram: ReadonlySet<string> = new Set(['execve', 'brk']);
/** Their first argument is an address. */
const onMemory: ReadonlySet<string> = new Set(['munmap', 'mprotect', 'mremap', 'madvise']);
const onDescriptor: ReadonlySet<string> = new Set([
  'fstat',
  'newfstatat',
  'ioctl',
  'read',
  'write',
  'lseek',
  'fcntl',
]);

/**
 * Whether a call cannot be made again by what a trace tells: its arguments lie in the memory of a program that is not
 * there, or it is about what that program was started with (its own segments, what stands behind descriptors 0 to 2).
 */
export function isBeyondTrace({ pid, call, args, errno, result }: CallEvent, holdings: Holdings): boolean {
  if (!isSignature(call) || ofTheProgram.has(call)) return true;
  const first = numberOf(args[0]);
  if (first === undefined) return false;
  // A signal that was survived met a handler, which is not there.
  if (call === 'kill' || call === 'tgkill') return first === BigInt(pid) && result !== undefined;
  if (onMemory.has(call)) return errno === undefined && !holdings.mapped(first);
  return onDescriptor.has(call) && first >= 0n && first <= 2n && !holdings.made(Number(first));
}
