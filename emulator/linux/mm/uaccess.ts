import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { taskSizeBytes } from './address-space.ts';

/** Copies between kernel and user memory, which fail where user memory is not there. Plays lib/usercopy.c. */

/** access_ok(): whether a range lies in user space at all. */
export function accessOk(address: number, lengthBytes: number): boolean {
  return lengthBytes <= taskSizeBytes && address <= taskSizeBytes - lengthBytes;
}

/** copy_from_user() into the start of `target`; false where a byte could not be read. */
export function copyFromUser(task: Task, address: number, target: Uint8Array, lengthBytes: number): boolean {
  return accessOk(address, lengthBytes) && task.memory.read(address, target, 0, lengthBytes) === 0;
}

/** copy_to_user() from the start of `source`; false where a byte could not be written, those before it are. */
export function copyToUser(
  task: Task,
  address: number,
  source: Uint8Array,
  lengthBytes = source.length,
): boolean {
  return accessOk(address, lengthBytes) && task.memory.write(address, source, 0, lengthBytes) === 0;
}

/** What the kernel ever takes in at once, and more. */
const largestCopyBytes = 2 ** 28;

/** Reads `lengthBytes` as a fresh array, or -EFAULT. */
export function readUser(task: Task, address: number, lengthBytes: number): Uint8Array | Errno {
  if (!accessOk(address, lengthBytes) || task.memory.mappedPrefix(address, lengthBytes) < lengthBytes)
    return -errno.EFAULT;
  if (lengthBytes > largestCopyBytes) return -errno.ENOMEM;
  const bytes = new Uint8Array(lengthBytes);
  return copyFromUser(task, address, bytes, lengthBytes) ? bytes : -errno.EFAULT;
}

/** A 32-bit word of user memory as a signed integer, or undefined at a fault. */
export function getUserInt32(task: Task, address: number): number | undefined {
  const bytes = new Uint8Array(4);
  if (!copyFromUser(task, address, bytes, 4)) return undefined;
  return new DataView(bytes.buffer).getInt32(0, true);
}

/** Stores a 32-bit word; false at a fault. */
export function putUserInt32(task: Task, address: number, value: number): boolean {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return copyToUser(task, address, bytes, 4);
}

/** A 64-bit word of user memory, or undefined at a fault. */
export function getUserUnsigned64(task: Task, address: number): bigint | undefined {
  const bytes = new Uint8Array(8);
  if (!copyFromUser(task, address, bytes, 8)) return undefined;
  return new DataView(bytes.buffer).getBigUint64(0, true);
}

/** A path is short; so much of it is looked at in one go. */
const stringStepBytes = 256;
const longestPathBytes = 4096;
const pathScratch = new Uint8Array(longestPathBytes);

/**
 * strncpy_from_user(): the bytes before the NUL. `limitBytes` counts the NUL; a longer string gives
 * `limitBytes` bytes, a fault before its end gives -EFAULT.
 */
export function stringFromUser(task: Task, address: number, limitBytes: number): Uint8Array | Errno {
  const { pageSizeBytes } = task.memory.host;
  const parts = limitBytes > longestPathBytes ? new Uint8Array(limitBytes) : pathScratch;
  for (let done = 0; done < limitBytes; ) {
    const at = address + done;
    const count = Math.min(pageSizeBytes - (at & (pageSizeBytes - 1)), limitBytes - done, stringStepBytes);
    if (!accessOk(at, count) || task.memory.read(at, parts, done, count) !== 0) return -errno.EFAULT;
    const end = parts.indexOf(0, done);
    if (end >= 0 && end < done + count) return parts.slice(0, end);
    done += count;
  }
  return parts.slice(0, limitBytes);
}

const text = new TextDecoder();

/** getname(): a path, or -EFAULT, -ENAMETOOLONG. An empty one is left to the caller. */
export function pathFromUser(task: Task, address: number): string | Errno {
  const bytes = stringFromUser(task, address, longestPathBytes);
  if (typeof bytes === 'number') return bytes;
  return bytes.length >= longestPathBytes ? -errno.ENAMETOOLONG : text.decode(bytes);
}
