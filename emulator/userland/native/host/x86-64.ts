import { encodeDevice, type FileStatus } from '../../../linux/uapi/stat.ts';
import type { HostArchitecture } from './architecture.ts';

/** x86-64: arch/x86/entry/syscalls/syscall_64.tbl, asm/ptrace.h, asm/stat.h. */
export const x86_64: HostArchitecture = {
  name: 'x86-64',
  auditNumber: 0xc000003e,
  foreignNumbersFrom: 0x40000000,
  numbers: {
    read: 0,
    write: 1,
    close: 3,
    lseek: 8,
    mmap: 9,
    ioctl: 16,
    pread64: 17,
    pwrite64: 18,
    tkill: 200,
    wait4: 61,
    kill: 62,
    fcntl: 72,
    ftruncate: 77,
    ptrace: 101,
    prctl: 157,
    epoll_ctl: 233,
    inotify_add_watch: 254,
    inotify_rm_watch: 255,
    openat: 257,
    readlinkat: 267,
    epoll_pwait: 281,
    epoll_create1: 291,
    pipe2: 293,
    inotify_init1: 294,
    prlimit64: 302,
    process_vm_readv: 310,
    process_vm_writev: 311,
    seccomp: 317,
    memfd_create: 319,
    pidfd_open: 434,
    pidfd_getfd: 438,
  },
  trappable: {
    open: 2,
    stat: 4,
    fstat: 5,
    lstat: 6,
    lseek: 8,
    mmap: 9,
    ioctl: 16,
    readv: 19,
    writev: 20,
    sendfile: 40,
    access: 21,
    execve: 59,
    exit: 60,
    fcntl: 72,
    fsync: 74,
    fdatasync: 75,
    truncate: 76,
    ftruncate: 77,
    creat: 85,
    readlink: 89,
    readahead: 187,
    statfs: 137,
    fstatfs: 138,
    getxattr: 191,
    lgetxattr: 192,
    listxattr: 194,
    llistxattr: 195,
    getdents64: 217,
    exit_group: 231,
    openat: 257,
    newfstatat: 262,
    readlinkat: 267,
    faccessat: 269,
    splice: 275,
    sync_file_range: 277,
    fallocate: 285,
    copy_file_range: 326,
    execveat: 322,
    statx: 332,
    io_uring_setup: 425,
    io_uring_enter: 426,
    io_uring_register: 427,
    openat2: 437,
    faccessat2: 439,
  },
  registers: {
    sizeBytes: 216,
    numberAt: 120,
    restartNumberAt: 80,
    resultAt: 80,
    argumentsAt: [112, 104, 96, 56, 72, 64],
    instructionAt: 128,
    stackAt: 152,
    callBytes: 2,
  },
  openFlags: [
    [0o200000, 0o40000],
    [0o400000, 0o100000],
    [0o40000, 0o200000],
    [0o100000, 0o400000],
  ],
  encodeStat,
};

/** struct stat, 144 bytes. */
function encodeStat(status: FileStatus): Uint8Array {
  const bytes = new Uint8Array(144);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(encodeDevice(status.device)), true);
  view.setBigUint64(8, BigInt(status.inode), true);
  view.setBigUint64(16, BigInt(status.links), true);
  view.setUint32(24, status.mode, true);
  view.setUint32(28, status.uid, true);
  view.setUint32(32, status.gid, true);
  view.setBigUint64(40, BigInt(encodeDevice(status.specialDevice)), true);
  view.setBigInt64(48, BigInt(status.sizeBytes), true);
  view.setBigInt64(56, BigInt(status.blockSizeBytes), true);
  view.setBigInt64(64, BigInt(status.blocks), true);
  for (const offset of [72, 88, 104]) {
    view.setBigInt64(offset, status.timeNanoseconds / 1_000_000_000n, true);
    view.setBigInt64(offset + 8, status.timeNanoseconds % 1_000_000_000n, true);
  }
  return bytes;
}
