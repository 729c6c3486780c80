import { fallocate, hasPageCache } from '../fs/fallocate.ts';
import type { OpenFile } from '../fs/file.ts';
import { readVectors } from '../fs/read-write.ts';
import { canPinPages, copyFileRange, sendFile, splice, vmsplice } from '../fs/splice.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { createMemFd } from '../mm/shmem.ts';
import { copyToUser, readUser, stringFromUser } from '../mm/uaccess.ts';
import { receiveMessage, sendMessage } from '../net/socket-messages.ts';
import { type SocketKind, UnixSocketFile } from '../net/unix-socket.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK } from '../uapi/fcntl.ts';
import { asAddress, asInt32, asOffset, asSize, asUint32, type Register } from '../uapi/registers.ts';
import {
  AF_UNIX,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from '../uapi/socket.ts';
import { S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT } from '../uapi/stat.ts';
import { installPair } from './descriptors.ts';
import { installNew } from './polling.ts';
import type { SystemCall } from './system-call.ts';

const moving = [
  'EBADF',
  'EINVAL',
  'EFAULT',
  'EAGAIN',
  'EPIPE',
  'ESPIPE',
  'EISDIR',
  'ENOSPC',
  'EPERM',
  'EINTR',
] as const;

/** include/uapi/linux/memfd.h */
const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
const MFD_NOEXEC_SEAL = 8;
const MFD_EXEC = 16;
const memfdNameBytes = 250;

const socketKinds: ReadonlyMap<number, SocketKind> = new Map([
  [SOCK_STREAM, 'stream'],
  [SOCK_DGRAM, 'datagram'],
  [SOCK_SEQPACKET, 'seqpacket'],
]);

function withFile(task: Task, fd: Register, act: (file: OpenFile) => Errno): Errno {
  const file = task.files.get(asInt32(fd));
  return file === undefined ? -errno.EBADF : act(file);
}

function memFdCreate(kernel: Kernel, task: Task, nameAddress: number, flags: number): Errno {
  if ((flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) !== 0) return -errno.EINVAL;
  const name = stringFromUser(task, nameAddress, memfdNameBytes);
  if (typeof name === 'number') return name;
  if (name.length >= memfdNameBytes) return -errno.EINVAL;
  return installNew(task, (flags & MFD_CLOEXEC) !== 0, () =>
    createMemFd(kernel, task, new TextDecoder().decode(name), (flags & MFD_ALLOW_SEALING) !== 0),
  );
}

function socketPair(kernel: Kernel, task: Task, domain: number, type: number, address: number): Errno {
  const kind = socketKinds.get(type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (domain !== AF_UNIX) return -errno.EAFNOSUPPORT;
  if (kind === undefined) return -errno.ESOCKTNOSUPPORT;
  for (let end = 0; end < 2; end += 1) {
    const opened = kernel.files.opened(kernel, false);
    if (opened < 0) return opened;
  }
  const flags = (type & SOCK_NONBLOCK) !== 0 ? O_NONBLOCK : 0;
  const [first, second] = [new UnixSocketFile(kernel, kind, flags), new UnixSocketFile(kernel, kind, flags)];
  first.connect(second);
  return installPair(kernel, task, [first, second], address, (type & SOCK_CLOEXEC) !== 0);
}

function adviseFile(task: Task, fd: Register, length: Register, advice: number): Errno {
  return withFile(task, fd, (file) => {
    if ((file.inode.mode & S_IFMT) === S_IFIFO) return -errno.ESPIPE;
    return asOffset(length) < 0 || advice < 0 || advice > 5 ? -errno.EINVAL : 0;
  });
}

/** sync_file_range(): flags are checked before the kind of file. */
function syncFileRange(file: OpenFile, offset: number, length: number, flags: number): Errno {
  if ((flags & ~0x7) !== 0 || offset < 0 || offset + length < offset) return -errno.EINVAL;
  const type = file.inode.mode & S_IFMT;
  return hasPageCache(file) || type === S_IFDIR || type === S_IFLNK ? 0 : -errno.ESPIPE;
}

/** process_vm_rw() for reading: the other process's pages must be ones that can be got hold of. */
function readOtherProcess(
  kernel: Kernel,
  task: Task,
  pid: number,
  local: readonly [number, number],
  remote: readonly [number, number],
): Errno {
  const target = kernel.tasks.byPid(pid);
  if (target === undefined) return -errno.ESRCH;
  if (
    target !== task &&
    target.credentials.uid !== task.credentials.uid &&
    !capable(task.credentials, 'CAP_SYS_PTRACE')
  ) {
    return -errno.EPERM;
  }
  const to = readVectors(task, ...local);
  if (typeof to === 'number') return to;
  const from = readVectors(task, ...remote);
  if (typeof from === 'number') return from;
  let total = 0;
  const wanted = to.reduce((sum, range) => sum + range.lengthBytes, 0);
  const parts: Uint8Array[] = [];
  for (const range of from) {
    if (total >= wanted) break;
    const lengthBytes = Math.min(range.lengthBytes, wanted - total);
    const bytes = canPinPages(target, range) ? readUser(target, range.address, lengthBytes) : -errno.EFAULT;
    if (typeof bytes === 'number') break;
    parts.push(bytes);
    total += bytes.length;
  }
  if (total === 0 && wanted > 0) return -errno.EFAULT;
  return scatter(task, to, parts) ? total : -errno.EFAULT;
}

function scatter(
  task: Task,
  ranges: readonly { address: number; lengthBytes: number }[],
  parts: readonly Uint8Array[],
): boolean {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  let used = 0;
  return ranges.every(({ address, lengthBytes }) => {
    const part = all.subarray(used, used + lengthBytes);
    used += part.length;
    return copyToUser(task, address, part);
  });
}

/** Calls that move data between files, or keep it in memory. */
export const transferCalls: readonly SystemCall[] = [
  {
    name: 'fallocate',
    number: 47,
    errnos: ['EBADF', 'EINVAL', 'EOPNOTSUPP', 'ESPIPE', 'EISDIR', 'ENODEV', 'ENOSPC', 'EPERM', 'EFBIG'],
    handler: (_kernel, task, fd, mode, offset, length) =>
      withFile(task, fd, (file) => fallocate(file, asInt32(mode), asOffset(offset), asOffset(length))),
  },
  {
    name: 'sendfile',
    number: 71,
    errnos: moving,
    handler: (kernel, task, output, input, _offset, count) =>
      sendFile(kernel, task, asInt32(output), asInt32(input), asSize(count)),
  },
  {
    name: 'vmsplice',
    number: 75,
    errnos: moving,
    handler: (kernel, task, fd, vectors, count) => {
      const ranges = readVectors(task, asAddress(vectors), asSize(count));
      return typeof ranges === 'number' ? ranges : vmsplice(kernel, task, asInt32(fd), ranges);
    },
  },
  {
    name: 'splice',
    number: 76,
    errnos: moving,
    handler: (kernel, task, input, _inputOffset, output, _outputOffset, length) =>
      splice(kernel, task, asInt32(input), asInt32(output), asSize(length)),
  },
  {
    name: 'fsync',
    number: 82,
    errnos: ['EBADF', 'EINVAL'],
    handler: (_kernel, task, fd) => withFile(task, fd, (file) => file.fsync()),
  },
  {
    name: 'fdatasync',
    number: 83,
    errnos: ['EBADF', 'EINVAL'],
    handler: (_kernel, task, fd) => withFile(task, fd, (file) => file.fsync()),
  },
  {
    name: 'sync_file_range',
    number: 84,
    errnos: ['EBADF', 'EINVAL', 'ESPIPE'],
    handler: (_kernel, task, fd, offset, length, flags) =>
      withFile(task, fd, (file) => syncFileRange(file, asOffset(offset), asOffset(length), asUint32(flags))),
  },
  {
    name: 'socketpair',
    number: 199,
    errnos: ['EAFNOSUPPORT', 'ESOCKTNOSUPPORT', 'EMFILE', 'ENFILE', 'EFAULT'],
    handler: (kernel, task, domain, type, _protocol, address) =>
      socketPair(kernel, task, asInt32(domain), asInt32(type), asAddress(address)),
  },
  {
    name: 'sendmsg',
    number: 211,
    errnos: [...moving, 'ENOTSOCK'],
    handler: (kernel, task, fd, address, flags) =>
      sendMessage(kernel, task, asInt32(fd), asAddress(address), asUint32(flags)),
  },
  {
    name: 'recvmsg',
    number: 212,
    errnos: [...moving, 'ENOTSOCK'],
    handler: (kernel, task, fd, address, flags) =>
      receiveMessage(kernel, task, asInt32(fd), asAddress(address), asUint32(flags)),
  },
  {
    name: 'readahead',
    number: 213,
    errnos: ['EBADF', 'EINVAL'],
    handler: (_kernel, task, fd) =>
      withFile(task, fd, (file) => {
        if (!file.mayRead) return -errno.EBADF;
        return hasPageCache(file) ? 0 : -errno.EINVAL;
      }),
  },
  {
    name: 'fadvise64',
    number: 223,
    errnos: ['EBADF', 'EINVAL', 'ESPIPE'],
    handler: (_kernel, task, fd, _offset, length, advice) => adviseFile(task, fd, length, asInt32(advice)),
  },
  {
    name: 'syncfs',
    number: 267,
    errnos: ['EBADF'],
    handler: (_kernel, task, fd) => withFile(task, fd, () => 0),
  },
  {
    name: 'process_vm_readv',
    number: 270,
    errnos: ['EINVAL', 'EFAULT', 'ESRCH', 'EPERM'],
    handler: (kernel, task, pid, local, localCount, remote, remoteCount) =>
      readOtherProcess(
        kernel,
        task,
        asInt32(pid),
        [asAddress(local), asSize(localCount)],
        [asAddress(remote), asSize(remoteCount)],
      ),
  },
  {
    name: 'memfd_create',
    number: 279,
    errnos: ['EINVAL', 'EFAULT', 'EMFILE', 'ENFILE'],
    handler: (kernel, task, name, flags) => memFdCreate(kernel, task, asAddress(name), asUint32(flags)),
  },
  {
    name: 'copy_file_range',
    number: 285,
    errnos: moving,
    handler: (kernel, task, input, _inputOffset, output, _outputOffset, length) =>
      copyFileRange(kernel, task, asInt32(input), asInt32(output), asSize(length)),
  },
];
