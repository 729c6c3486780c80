import { inputError } from '../../../base/input-error.ts';
import type { FileStatus } from '../../../linux/uapi/stat.ts';
import { arm64 } from './arm64.ts';
import { x86_64 } from './x86-64.ts';

/** Calls of the host that the supervisor makes itself, or has a program make. */
export type HostCallName =
  | 'close'
  | 'epoll_create1'
  | 'epoll_ctl'
  | 'epoll_pwait'
  | 'fcntl'
  | 'ftruncate'
  | 'inotify_add_watch'
  | 'inotify_init1'
  | 'inotify_rm_watch'
  | 'ioctl'
  | 'kill'
  | 'lseek'
  | 'memfd_create'
  | 'mmap'
  | 'openat'
  | 'pidfd_getfd'
  | 'pidfd_open'
  | 'pipe2'
  | 'pread64'
  | 'prctl'
  | 'prlimit64'
  | 'process_vm_readv'
  | 'process_vm_writev'
  | 'ptrace'
  | 'pwrite64'
  | 'read'
  | 'readlinkat'
  | 'seccomp'
  | 'tkill'
  | 'wait4'
  | 'write';

/** Where a stopped program's registers lie in what PTRACE_GETREGSET gives. */
export interface RegisterLayout {
  readonly sizeBytes: number;
  /** Where the call's number is; undefined where it has a register set of its own. */
  readonly numberAt: number | undefined;
  /** Where a call that is begun anew looks for its number. */
  readonly restartNumberAt: number;
  readonly resultAt: number;
  readonly argumentsAt: readonly number[];
  readonly instructionAt: number;
  readonly stackAt: number;
  /** Length of the instruction that makes a system call. */
  readonly callBytes: number;
}

/** What differs between processors, as data. */
export interface HostArchitecture {
  readonly name: string;
  /** AUDIT_ARCH_*: what a filter compares. */
  readonly auditNumber: number;
  /** Numbers from here on belong to another binary interface and are refused; undefined where there is none. */
  readonly foreignNumbersFrom: number | undefined;
  /** Numbers of the calls that the supervisor makes. */
  readonly numbers: Readonly<Record<HostCallName, number>>;
  /** Numbers of the calls that may be trapped; those that this processor does not have are absent. */
  readonly trappable: Readonly<Partial<Record<string, number>>>;
  readonly registers: RegisterLayout;
  /** Open flags that have other values than on the emulated board, as [host's, board's]. */
  readonly openFlags: readonly (readonly [number, number])[];
  encodeStat(status: FileStatus): Uint8Array;
}

const architectures: Readonly<Record<string, HostArchitecture>> = { x64: x86_64, arm64 };

/** The host's processor, by Node's name for it; an InputError where it is none of ours. */
export function hostArchitecture(name: string): HostArchitecture {
  const found = architectures[name];
  if (found !== undefined) return found;
  throw inputError(
    'native-impossible',
    { problem: `this is a ${name} machine` },
    { hint: 'native programs run on x86-64 and arm64' },
  );
}

type FlagPair = readonly [from: number, to: number];

function translate(pairs: readonly FlagPair[], flags: number): number {
  const known = pairs.reduce((all, [from]) => all | from, 0);
  const translated = pairs.reduce((all, [from, to]) => ((flags & from) !== 0 ? all | to : all), 0);
  return (flags & ~known) | translated;
}

/** Open flags of the host as the board has them. */
export function boardOpenFlags({ openFlags }: HostArchitecture, flags: number): number {
  return translate(openFlags, flags);
}

/** Open flags of the board as the host has them. */
export function hostOpenFlags({ openFlags }: HostArchitecture, flags: number): number {
  return translate(
    openFlags.map(([host, board]) => [board, host]),
    flags,
  );
}
