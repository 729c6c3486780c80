import { type Errno, errno } from '../uapi/errno.ts';
import type { Task } from './task.ts';

/** The stack that handlers run on where they ask for it. Plays do_sigaltstack() of kernel/signal.c, all releases. */

export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
const SS_AUTODISARM = 0x8000_0000;
/** MINSIGSTKSZ of arm64: what a frame needs. */
const smallestBytes = 5120n;
const SA_ONSTACK = 0x0800_0000n;

/** stack_t: base u64 @0, flags s32 @8, size u64 @16. */
export const alternateStackBytes = 24;

/** sas_ss_sp, sas_ss_flags and sas_ss_size of a thread. */
export interface AlternateStack {
  readonly base: bigint;
  /** SS_*, without a sign. */
  readonly flags: number;
  readonly sizeBytes: bigint;
}

/** Of a thread that has none; its flags are those of a thread that never had one. */
export const noAlternateStack: AlternateStack = { base: 0n, flags: 0, sizeBytes: 0n };

export function decodeAlternateStack(bytes: Uint8Array): AlternateStack {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    base: view.getBigUint64(0, true),
    flags: view.getUint32(8, true),
    sizeBytes: view.getBigUint64(16, true),
  };
}

export function encodeAlternateStack({ base, flags, sizeBytes }: AlternateStack): Uint8Array {
  const bytes = new Uint8Array(alternateStackBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, base, true);
  view.setUint32(8, flags, true);
  view.setBigUint64(16, sizeBytes, true);
  return bytes;
}

/** on_sig_stack(): a stack that disarms itself counts as left. */
function isOn({ base, flags, sizeBytes }: AlternateStack, pointer: bigint): boolean {
  if (flags >= SS_AUTODISARM) return false;
  return pointer > base && pointer - base <= sizeBytes;
}

/** sas_ss_flags() */
function modeOf(stack: AlternateStack, pointer: bigint): number {
  if (stack.sizeBytes === 0n) return SS_DISABLE;
  return isOn(stack, pointer) ? SS_ONSTACK : 0;
}

/** What sigaltstack() says of a thread whose stack pointer is `pointer`. */
export function describeAlternateStack(task: Task, pointer: bigint): AlternateStack {
  const { alternateStack: stack } = task;
  const automatic = stack.flags >= SS_AUTODISARM ? SS_AUTODISARM : 0;
  return { ...stack, flags: modeOf(stack, pointer) + automatic };
}

/** Sets the stack; EPERM on it, EINVAL for unknown flags, ENOMEM where it is too small. */
export function setAlternateStack(task: Task, wanted: AlternateStack, pointer: bigint): Errno {
  if (isOn(task.alternateStack, pointer)) return -errno.EPERM;
  const mode = wanted.flags % SS_AUTODISARM;
  if (mode !== SS_DISABLE && mode !== SS_ONSTACK && mode !== 0) return -errno.EINVAL;
  if (mode === SS_DISABLE) task.alternateStack = { base: 0n, flags: wanted.flags, sizeBytes: 0n };
  else if (wanted.sizeBytes < smallestBytes) return -errno.ENOMEM;
  else task.alternateStack = wanted;
  return 0;
}

/** sigsp(): where the frame of a handler begins, downwards. */
export function handlerStackPointer(task: Task, pointer: bigint, actionFlags: bigint): bigint {
  const { alternateStack: stack } = task;
  if ((actionFlags & SA_ONSTACK) === 0n || modeOf(stack, pointer) !== 0) return pointer;
  return BigInt.asUintN(64, stack.base + stack.sizeBytes);
}

/** signal_delivered(): a stack that disarms itself is gone until its handler returns. */
export function disarmAlternateStack(task: Task): void {
  if (task.alternateStack.flags >= SS_AUTODISARM)
    task.alternateStack = { ...noAlternateStack, flags: SS_DISABLE };
}
