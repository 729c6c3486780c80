/** What becomes of a call that concerns heaps and buffers, or may. */
export type TrapKind =
  | 'open'
  | 'open2'
  | 'create'
  | 'stat-path'
  | 'stat-at'
  | 'stat-fd'
  | 'statx'
  | 'statfs-path'
  | 'statfs-fd'
  | 'access'
  | 'access-at'
  | 'readlink'
  | 'readlink-at'
  | 'list'
  | 'attributes'
  | 'ioctl'
  | 'map'
  | 'truncate'
  | 'allocate'
  | 'flush'
  | 'seek'
  | 'control-file'
  | 'vector'
  | 'move'
  | 'exec'
  | 'exit'
  | 'exit-thread';

/** A condition under which a call runs at the host's own speed after all; it looks at one argument. */
export type Exemption =
  | { readonly argument: number; readonly anyOf: readonly number[] }
  | { readonly argument: number; readonly bits: number };

/** A row of the list. */
export interface TrappedCall {
  readonly name: string;
  /** `refused` answers ENOSYS without asking anybody. */
  readonly kind: TrapKind | 'refused';
  readonly exempt?: Exemption;
}

const FIONCLEX = 0x5450;
const FIOCLEX = 0x5451;
const MAP_ANONYMOUS = 0x20;

/** Of fcntl(): copies of descriptors, their close-on-exec flags, locks and owners are the same on every file. */
const hostFcntlCommands = [0, 1, 2, 5, 6, 7, 8, 9, 36, 37, 38, 1030];

/**
 * Every call of a program that the supervisor sees; all others run as if it were not there. io_uring is refused, since
 * what is asked of it goes around all this.
 */
export const trappedCalls: readonly TrappedCall[] = [
  { name: 'open', kind: 'open' },
  { name: 'creat', kind: 'create' },
  { name: 'openat', kind: 'open' },
  { name: 'openat2', kind: 'open2' },
  { name: 'stat', kind: 'stat-path' },
  { name: 'lstat', kind: 'stat-path' },
  { name: 'fstat', kind: 'stat-fd' },
  { name: 'newfstatat', kind: 'stat-at' },
  { name: 'statx', kind: 'statx' },
  { name: 'statfs', kind: 'statfs-path' },
  { name: 'fstatfs', kind: 'statfs-fd' },
  { name: 'access', kind: 'access' },
  { name: 'faccessat', kind: 'access-at' },
  { name: 'faccessat2', kind: 'access-at' },
  { name: 'readlink', kind: 'readlink' },
  { name: 'readlinkat', kind: 'readlink-at' },
  { name: 'getdents64', kind: 'list' },
  { name: 'getxattr', kind: 'attributes' },
  { name: 'lgetxattr', kind: 'attributes' },
  { name: 'listxattr', kind: 'attributes' },
  { name: 'llistxattr', kind: 'attributes' },
  { name: 'ioctl', kind: 'ioctl', exempt: { argument: 1, anyOf: [FIOCLEX, FIONCLEX] } },
  { name: 'mmap', kind: 'map', exempt: { argument: 3, bits: MAP_ANONYMOUS } },
  { name: 'ftruncate', kind: 'truncate' },
  { name: 'fallocate', kind: 'allocate' },
  { name: 'fsync', kind: 'flush' },
  { name: 'fdatasync', kind: 'flush' },
  { name: 'lseek', kind: 'seek' },
  { name: 'readahead', kind: 'flush' },
  { name: 'sync_file_range', kind: 'flush' },
  { name: 'fcntl', kind: 'control-file', exempt: { argument: 1, anyOf: hostFcntlCommands } },
  { name: 'readv', kind: 'vector' },
  { name: 'writev', kind: 'vector' },
  { name: 'splice', kind: 'move' },
  { name: 'sendfile', kind: 'move' },
  { name: 'copy_file_range', kind: 'move' },
  { name: 'execve', kind: 'exec' },
  { name: 'execveat', kind: 'exec' },
  { name: 'exit', kind: 'exit-thread' },
  { name: 'exit_group', kind: 'exit' },
  { name: 'io_uring_setup', kind: 'refused' },
  { name: 'io_uring_enter', kind: 'refused' },
  { name: 'io_uring_register', kind: 'refused' },
];
