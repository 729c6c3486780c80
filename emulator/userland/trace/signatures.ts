import { decodeTimespec } from '../../linux/uapi/clock.ts';
import { decodeStat, statSizeBytes } from '../../linux/uapi/stat.ts';
import { decodeExitStatus } from '../../linux/uapi/wait.ts';
import {
  type ArgumentKind,
  address,
  bytesIn,
  bytesOut,
  directoryFd,
  fd,
  int,
  octal,
  path,
  pid,
  pointer,
  size,
  structOut,
  words,
} from './argument-kinds.ts';
import {
  adviceWords,
  atWords,
  cloneWords,
  descriptorWords,
  fcntlWords,
  lockWords,
  mapWords,
  memfdWords,
  openWords,
  protectionWords,
  remapWords,
  seekWords,
  signalWords,
  waitWords,
} from './flag-words.ts';
import { ioctlArgument, ioctlRequest } from './ioctl-argument.ts';
import type { TraceValue } from './value.ts';

/** What a call's result is, where it is more than a number. */
export type ResultKind = 'number' | 'fd' | 'address' | 'pid';

/** How a call is traced. */
export interface Signature {
  readonly arguments: readonly ArgumentKind[];
  readonly result: ResultKind;
}

function call(kinds: readonly ArgumentKind[], result: ResultKind = 'number'): Signature {
  return { arguments: kinds, result };
}

const status = structOut(statSizeBytes, (bytes) => {
  const { mode, sizeBytes, uid, gid } = decodeStat(bytes);
  return { st_mode: `0${mode.toString(8)}`, st_uid: uid, st_gid: gid, st_size: sizeBytes };
});
const twoFds = structOut(8, (bytes) => {
  const view = new DataView(bytes.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
});
const waitStatus = structOut(4, (bytes): TraceValue => {
  const ended = decodeExitStatus(new DataView(bytes.buffer).getInt32(0, true));
  return ended.kind === 'exited' ? { exited: ended.code } : { killed: ended.signal };
});
const time: ArgumentKind = {
  read: (context, index) => {
    const at = Number(context.registers[index] ?? 0);
    const bytes = at === 0 ? undefined : context.peek(at, 16);
    const nanoseconds = bytes === undefined ? undefined : decodeTimespec(bytes);
    return nanoseconds === undefined ? at : { ns: Number(nanoseconds) };
  },
  show: (value) =>
    typeof value === 'object' && value !== null && 'ns' in value
      ? `{tv_sec=${Math.floor(Number(value.ns) / 1e9)}, tv_nsec=${Number(value.ns) % 1e9}}`
      : pointer.show(value, undefined),
  write: (value, context) => {
    if (typeof value !== 'object' || value === null || !('ns' in value)) return 0;
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(Math.floor(Number(value.ns) / 1e9)), true);
    new DataView(bytes.buffer).setBigInt64(8, BigInt(Number(value.ns) % 1e9), true);
    return context.push(bytes);
  },
};

/** The calls whose arguments are known; others are shown with six numbers. To add one, add a row. */
export const signatures: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['openat', call([directoryFd, path, words(openWords), octal], 'fd')],
  ['close', call([fd])],
  ['ioctl', call([fd, ioctlRequest, ioctlArgument])],
  ['mmap', call([address, size, words(protectionWords), words(mapWords), fd, size], 'address')],
  ['munmap', call([address, size])],
  ['mprotect', call([address, size, words(protectionWords)])],
  ['mremap', call([address, size, size, words(remapWords), address], 'address')],
  ['madvise', call([address, size, words(adviceWords)])],
  ['brk', call([pointer], 'address')],
  ['dup', call([fd], 'fd')],
  ['dup3', call([fd, fd, words(descriptorWords)], 'fd')],
  ['fcntl', call([fd, words(fcntlWords), size])],
  ['flock', call([fd, words(lockWords)])],
  ['lseek', call([fd, size, words(seekWords)])],
  ['read', call([fd, bytesOut(2), size])],
  ['write', call([fd, bytesIn(2), size])],
  ['pread64', call([fd, bytesOut(2), size, size])],
  ['pwrite64', call([fd, bytesIn(2), size, size])],
  ['fstat', call([fd, status])],
  ['newfstatat', call([directoryFd, path, status, words(atWords)])],
  ['ftruncate', call([fd, size])],
  ['fallocate', call([fd, int, size, size])],
  ['fsync', call([fd])],
  ['getdents64', call([fd, pointer, size])],
  ['readlinkat', call([directoryFd, path, bytesOut(3), size])],
  ['faccessat', call([directoryFd, path, int])],
  ['mkdirat', call([directoryFd, path, octal])],
  ['mknodat', call([directoryFd, path, octal, size])],
  ['unlinkat', call([directoryFd, path, words(atWords)])],
  ['fchmodat', call([directoryFd, path, octal])],
  ['fchownat', call([directoryFd, path, int, int, words(atWords)])],
  ['pipe2', call([twoFds, words(descriptorWords)])],
  ['memfd_create', call([path, words(memfdWords)], 'fd')],
  ['eventfd2', call([int, words(descriptorWords)], 'fd')],
  ['nanosleep', call([time, pointer])],
  ['clock_nanosleep', call([int, int, time, pointer])],
  ['clock_gettime', call([int, structOut(16, (bytes) => ({ ns: Number(decodeTimespec(bytes) ?? 0n) }))])],
  ['sched_yield', call([])],
  ['getpid', call([], 'pid')],
  ['gettid', call([], 'pid')],
  ['getppid', call([], 'pid')],
  ['getuid', call([])],
  ['geteuid', call([])],
  ['getgid', call([])],
  ['getegid', call([])],
  ['setuid', call([int])],
  ['setgid', call([int])],
  ['umask', call([octal])],
  ['kill', call([pid, words(signalWords)])],
  ['tgkill', call([pid, pid, words(signalWords)])],
  ['clone', call([words(cloneWords), pointer], 'pid')],
  ['execve', call([path, pointer, pointer])],
  ['wait4', call([pid, waitStatus, words(waitWords), pointer], 'pid')],
  ['exit', call([int])],
  ['exit_group', call([int])],
  ['chdir', call([path])],
  ['uname', call([pointer])],
]);

const unknown = call(Array.from({ length: 6 }, () => pointer));

/** Whether a call's arguments are known. */
export function isSignature(name: string): boolean {
  return signatures.has(name);
}

/** How a call is traced, by its name on arm64. */
export function signatureOf(name: string): Signature {
  return signatures.get(name) ?? unknown;
}
