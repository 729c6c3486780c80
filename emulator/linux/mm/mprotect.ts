import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { PROT_EXEC, PROT_GROWSDOWN, PROT_GROWSUP, PROT_READ, PROT_WRITE } from '../uapi/mman.ts';
import { isolate, pageAlign, protectionFlags } from './mmap.ts';
import { VM_ACCESS_FLAGS, VM_GROWSDOWN } from './vm-area.ts';

/** mprotect(). Plays mm/mprotect.c: mappings before the first refusal are changed. */
export function mprotect(task: Task, start: number, lengthBytes: number, protection: number): Errno {
  const space = task.memory;
  const { pageSizeBytes } = space.host;
  const grows = protection & (PROT_GROWSDOWN | PROT_GROWSUP);
  if (grows === (PROT_GROWSDOWN | PROT_GROWSUP)) return -errno.EINVAL;
  if (start % pageSizeBytes !== 0) return -errno.EINVAL;
  if (lengthBytes === 0) return 0;
  const end = start + pageAlign(lengthBytes, pageSizeBytes);
  if (end <= start || end >= 2 ** 64) return -errno.ENOMEM;
  if ((protection & ~(PROT_READ | PROT_WRITE | PROT_EXEC | grows)) !== 0) return -errno.EINVAL;
  const first = space.find(start);
  if (first === undefined) return -errno.ENOMEM;
  if (grows === PROT_GROWSDOWN && (first.flags & VM_GROWSDOWN) === 0) return -errno.EINVAL;
  if (grows === PROT_GROWSUP) return -errno.EINVAL;
  const wanted = protectionFlags(protection);
  let covered = start;
  for (const area of space.overlapping(start, end)) {
    if (area.start > covered) return -errno.ENOMEM;
    // Each MAY flag stands four bits above what it permits.
    if ((wanted & ~(area.flags >> 4) & VM_ACCESS_FLAGS) !== 0) return -errno.EACCES;
    // Taking the part out may cut the mapping itself.
    const { end: areaEnd } = area;
    for (const part of isolate(space, Math.max(start, area.start), Math.min(end, area.end))) {
      part.flags = (part.flags & ~VM_ACCESS_FLAGS) | wanted;
    }
    covered = areaEnd;
    space.flush();
  }
  return covered < end ? -errno.ENOMEM : 0;
}
