import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { readUser, stringFromUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asSize, asUint32 } from '../uapi/registers.ts';
import { S_IFMT, S_IFREG } from '../uapi/stat.ts';
import type { SystemCall } from './system-call.ts';

const decoder = new TextDecoder();
const longestParameters = 1 << 20;
const chunkBytes = 1 << 16;
/** What kernel_read_file() takes: INT_MAX. */
const longestFile = 2 ** 31 - 1;

/** may_init_module() */
function mayLoad(kernel: Kernel, task: Task): boolean {
  return kernel.config.enabled('MODULES') && capable(task.credentials, 'CAP_SYS_MODULE');
}

function text(task: Task, address: number, limit: number): string | Errno {
  const bytes = stringFromUser(task, address, limit);
  return typeof bytes === 'number' ? bytes : decoder.decode(bytes);
}

/** init_module(): the file's bytes lie in the caller's memory. */
function initModule(kernel: Kernel, task: Task, address: number, length: number, parameters: number): Errno {
  if (!mayLoad(kernel, task)) return -errno.EPERM;
  if (length < 64) return -errno.ENOEXEC;
  const file = readUser(task, address, length);
  if (typeof file === 'number') return file;
  const given = text(task, parameters, longestParameters);
  return typeof given === 'number' ? given : kernel.modules.load(kernel, file, given);
}

/** finit_module(): the file is open. */
function finitModule(kernel: Kernel, task: Task, fd: number, parameters: number, flags: number): Errno {
  if (!mayLoad(kernel, task)) return -errno.EPERM;
  const file = task.files.get(fd);
  if (file === undefined || !file.mayRead) return -errno.EBADF;
  if ((file.inode.mode & S_IFMT) !== S_IFREG) return -errno.EINVAL;
  if (file.inode.sizeBytes > longestFile) return -errno.EFBIG;
  const { pages, pageSizeBytes } = kernel;
  if (file.inode.sizeBytes > pages.freePages * pageSizeBytes) return -errno.ENOMEM;
  const parts: Uint8Array[] = [];
  for (let position = 0; ; ) {
    const part = file.read(chunkBytes, position, kernel, task);
    if (typeof part === 'number') return part;
    if (part.length === 0) break;
    parts.push(part.slice());
    position += part.length;
  }
  const given = text(task, parameters, longestParameters);
  if (typeof given === 'number') return given;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.length === 0 ? -errno.EINVAL : kernel.modules.load(kernel, bytes, given, flags);
}

/** delete_module() */
function deleteModule(kernel: Kernel, task: Task, name: number): Errno {
  if (!kernel.config.enabled('MODULE_UNLOAD')) return -errno.ENOSYS;
  if (!capable(task.credentials, 'CAP_SYS_MODULE')) return -errno.EPERM;
  const given = text(task, name, 64);
  return typeof given === 'number' ? given : kernel.modules.unload(kernel, given);
}

const loading = ['EPERM', 'ENOEXEC', 'EFAULT', 'EEXIST', 'ENOENT', 'EINVAL', 'EBUSY', 'ENOMEM'] as const;

/** Calls on modules. */
export const moduleCalls: readonly SystemCall[] = [
  {
    name: 'init_module',
    number: 105,
    errnos: loading,
    handler: (kernel, task, address, length, parameters) =>
      initModule(kernel, task, asAddress(address), asSize(length), asAddress(parameters)),
  },
  {
    name: 'delete_module',
    number: 106,
    errnos: ['EPERM', 'ENOSYS', 'EFAULT', 'ENOENT', 'EBUSY', 'EAGAIN'],
    handler: (kernel, task, name) => deleteModule(kernel, task, asAddress(name)),
  },
  {
    name: 'finit_module',
    number: 273,
    errnos: [...loading, 'EBADF', 'EFBIG'],
    handler: (kernel, task, fd, parameters, flags) =>
      finitModule(kernel, task, asInt32(fd), asAddress(parameters), asUint32(flags)),
  },
];
