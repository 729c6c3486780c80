import type { Task } from '../kernel/task.ts';
import { pathFromUser } from '../mm/uaccess.ts';
import type { Errno } from '../uapi/errno.ts';
import { asAddress, type Register } from '../uapi/registers.ts';

/** What any call that takes a path may answer. */
export const walking = [
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'ELOOP',
  'ENAMETOOLONG',
  'EFAULT',
  'EBADF',
  'ESRCH',
] as const;

/** Runs `act` with a path of user memory; -EFAULT or -ENAMETOOLONG where it cannot be read. */
export function withPath(task: Task, path: Register, act: (name: string) => Errno): Errno {
  const name = pathFromUser(task, asAddress(path));
  return typeof name === 'number' ? name : act(name);
}
