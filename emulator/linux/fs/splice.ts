import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { ShmemFile } from '../mm/shmem.ts';
import { readUser } from '../mm/uaccess.ts';
import { VM_IO, VM_PFNMAP } from '../mm/vm-area.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { S_IFMT, S_IFREG } from '../uapi/stat.ts';
import type { OpenFile } from './file.ts';
import { PipeFile } from './pipe.ts';
import type { UserRange } from './read-write.ts';

/** Moving data between files. Plays fs/splice.c and the copying part of fs/read_write.c; bytes are copied. */

interface Ends {
  readonly input: OpenFile;
  readonly output: OpenFile;
}

function endsAt(task: Task, inputFd: number, outputFd: number): Ends | Errno {
  const input = task.files.get(inputFd);
  const output = task.files.get(outputFd);
  if (input === undefined || output === undefined) return -errno.EBADF;
  return input.mayRead && output.mayWrite ? { input, output } : -errno.EBADF;
}

/** Whether a file's content can be spliced out of it: pipes and files of memory can. */
function canSplice(file: OpenFile): boolean {
  return file instanceof PipeFile || file instanceof ShmemFile;
}

/** Moves up to `length` bytes; positions of the two files go on. */
function transfer(kernel: Kernel, task: Task, { input, output }: Ends, length: number): Errno {
  const bytes = input.read(length, input.position, kernel, task);
  if (typeof bytes === 'number') return bytes;
  const written = output.write(bytes, output.position, kernel, task);
  if (written < 0) return written;
  if (input.positioning.seekable) input.position += written;
  if (output.positioning.seekable) output.position += written;
  return written;
}

/** splice(): one side must be a pipe, the other one that has pages to give or take. */
export function splice(kernel: Kernel, task: Task, inputFd: number, outputFd: number, length: number): Errno {
  if (length === 0) return 0;
  const ends = endsAt(task, inputFd, outputFd);
  if (typeof ends === 'number') return ends;
  if (!(ends.input instanceof PipeFile) && !(ends.output instanceof PipeFile)) return -errno.EINVAL;
  if (!canSplice(ends.input) || !canSplice(ends.output)) return -errno.EINVAL;
  return transfer(kernel, task, ends, length);
}

/** sendfile() at the files' own positions. */
export function sendFile(
  kernel: Kernel,
  task: Task,
  outputFd: number,
  inputFd: number,
  length: number,
): Errno {
  const ends = endsAt(task, inputFd, outputFd);
  if (typeof ends === 'number') return ends;
  return canSplice(ends.input) ? transfer(kernel, task, ends, length) : -errno.EINVAL;
}

function isRegular(file: OpenFile): boolean {
  return (file.inode.mode & S_IFMT) === S_IFREG;
}

/** copy_file_range(): regular files only, which is asked before how they were opened. */
export function copyFileRange(
  kernel: Kernel,
  task: Task,
  inputFd: number,
  outputFd: number,
  length: number,
): Errno {
  const input = task.files.get(inputFd);
  const output = task.files.get(outputFd);
  if (input === undefined || output === undefined) return -errno.EBADF;
  if (input.inode.isDirectory || output.inode.isDirectory) return -errno.EISDIR;
  if (!isRegular(input) || !isRegular(output)) return -errno.EINVAL;
  if (!input.mayRead || !output.mayWrite) return -errno.EBADF;
  return transfer(kernel, task, { input, output }, length);
}

/** Whether the kernel can get hold of the pages of a range: not those that are mapped by number only. */
export function canPinPages(task: Task, { address, lengthBytes }: UserRange): boolean {
  return task.memory
    .overlapping(address, address + Math.max(1, lengthBytes))
    .every((area) => (area.flags & (VM_IO | VM_PFNMAP)) === 0);
}

/** vmsplice() into a pipe. */
export function vmsplice(kernel: Kernel, task: Task, fd: number, ranges: readonly UserRange[]): Errno {
  const pipe = task.files.get(fd);
  if (!(pipe instanceof PipeFile) || !pipe.mayWrite) return -errno.EBADF;
  let total = 0;
  for (const range of ranges) {
    if (!canPinPages(task, range)) return total > 0 ? total : -errno.EFAULT;
    const bytes = readUser(task, range.address, range.lengthBytes);
    if (typeof bytes === 'number') return total > 0 ? total : bytes;
    const written = pipe.write(bytes, 0, kernel, task);
    if (written < 0) return total > 0 ? total : written;
    total += written;
  }
  return total;
}
