import { execute } from '../fs/exec.ts';
import { lookUp } from '../fs/namei.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { getUserUnsigned64, pathFromUser, stringFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../uapi/fcntl.ts';
import { asAddress, asInt32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/** MAX_ARG_STRLEN, and a quarter of the stack for all of them: include/uapi/linux/binfmts.h. */
const longestArgument = 32 * 4096;
const argumentRoomBytes = 2 * 2 ** 20;
const decoder = new TextDecoder();

/** The strings of a vector that ends with a null pointer; none where there is no vector. */
function stringsFromUser(task: Task, address: number, room: { bytes: number }): string[] | Errno {
  const strings: string[] = [];
  if (address === 0) return strings;
  for (let at = address; ; at += 8) {
    const pointer = getUserUnsigned64(task, at);
    if (pointer === undefined) return -errno.EFAULT;
    if (pointer === 0n) return strings;
    const bytes = stringFromUser(task, Number(pointer), longestArgument);
    if (typeof bytes === 'number') return bytes;
    room.bytes -= bytes.length + 1 + 8;
    if (bytes.length >= longestArgument || room.bytes < 0) return -errno.E2BIG;
    strings.push(decoder.decode(bytes));
  }
}

function exec(
  kernel: Kernel,
  task: Task,
  directoryFd: number,
  pathAddress: number,
  argvAddress: number,
  environmentAddress: number,
  flags: number,
): Errno {
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) !== 0) return -errno.EINVAL;
  const path = pathFromUser(task, pathAddress);
  if (typeof path === 'number') return path;
  const room = { bytes: argumentRoomBytes };
  const argv = stringsFromUser(task, argvAddress, room);
  if (typeof argv === 'number') return argv;
  const environment = stringsFromUser(task, environmentAddress, room);
  if (typeof environment === 'number') return environment;
  const followLast = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  const start =
    path === '' && (flags & AT_EMPTY_PATH) !== 0
      ? (task.files.raw(directoryFd)?.dentry ?? -errno.EBADF)
      : lookUp(task, directoryFd, path, { followLast });
  if (typeof start !== 'number' && start.inode.isSymbolicLink) return -errno.ELOOP;
  return execute(kernel, task, start, path, argv.length === 0 ? [''] : argv, environment);
}

const refusals = [
  'E2BIG',
  'EACCES',
  'EAGAIN',
  'EBADF',
  'EFAULT',
  'EINVAL',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOEXEC',
  'ENOTDIR',
] as const;

/** Calls that put another program in the caller's place. */
export const execCalls: readonly SystemCall[] = [
  {
    name: 'execve',
    number: 221,
    errnos: refusals,
    handler: (kernel, task, path, argv, environment) =>
      exec(kernel, task, AT_FDCWD, asAddress(path), asAddress(argv), asAddress(environment), 0),
  },
  {
    name: 'execveat',
    number: 281,
    errnos: refusals,
    handler: (kernel, task, directoryFd, path, argv, environment, flags) =>
      exec(
        kernel,
        task,
        asInt32(directoryFd),
        asAddress(path),
        asAddress(argv),
        asAddress(environment),
        asInt32(flags),
      ),
  },
];
