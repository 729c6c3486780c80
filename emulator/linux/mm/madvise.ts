import { fallocate } from '../fs/fallocate.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import * as m from '../uapi/mman.ts';
import { RLIMIT_MEMLOCK } from '../uapi/resource.ts';
import { faultBus, faultNoMemory, faultProtection } from './address-space.ts';
import { isolate, pageAlign, populate } from './mmap.ts';
import { copyToUser } from './uaccess.ts';
import * as vm from './vm-area.ts';

/** Advice and questions about mappings. Plays mm/madvise.c, mm/msync.c, mm/mincore.c and mm/mlock.c. */

interface Advice {
  readonly kernel: Kernel;
  readonly task: Task;
  readonly area: vm.VmArea;
}

type Handler = (advice: Advice) => Errno;

function setFlags(set: number, clear = 0): Handler {
  return ({ area }) => {
    area.flags = (area.flags & ~clear) | set;
    return 0;
  };
}

/** Whether pages of a mapping may be taken away: can_madv_lru_vma(). */
function isReclaimable({ area }: Advice): boolean {
  return (area.flags & (vm.VM_LOCKED | vm.VM_PFNMAP)) === 0;
}

const dontNeed: Handler = (advice) => {
  if (!isReclaimable(advice)) return -errno.EINVAL;
  advice.task.memory.dropPages(advice.area.start, advice.area.end);
  return 0;
};

const free: Handler = (advice) => {
  if (!isReclaimable(advice) || !advice.area.isAnonymous) return -errno.EINVAL;
  return 0;
};

/** Only files that can have holes lose pages: vfs_fallocate() refuses others with ENODEV. */
const remove: Handler = ({ kernel, area }) => {
  if ((area.flags & vm.VM_LOCKED) !== 0 || area.file === undefined) return -errno.EINVAL;
  if ((area.flags & (vm.VM_SHARED | vm.VM_WRITE)) !== (vm.VM_SHARED | vm.VM_WRITE)) return -errno.EACCES;
  const punchesHole = 3;
  const offset = area.backingOffset * kernel.pageSizeBytes;
  return fallocate(area.file, punchesHole, offset, area.end - area.start);
};

const doFork: Handler = ({ area }) => {
  if ((area.flags & vm.VM_IO) !== 0) return -errno.EINVAL;
  area.flags &= ~vm.VM_DONTCOPY;
  return 0;
};

const doDump: Handler = ({ area }) => {
  if ((area.flags & vm.VM_SPECIAL) !== 0) return -errno.EINVAL;
  area.flags &= ~vm.VM_DONTDUMP;
  return 0;
};

const wipeOnFork: Handler = ({ area }) => {
  if (area.file !== undefined || (area.flags & vm.VM_SHARED) !== 0) return -errno.EINVAL;
  area.flags |= vm.VM_WIPEONFORK;
  return 0;
};

const lruOnly: Handler = (advice) => (isReclaimable(advice) ? 0 : -errno.EINVAL);

/** madvise_populate(): pages come in as if touched. */
function populateFor(writes: boolean): Handler {
  return ({ task, area }) => {
    if ((area.flags & (vm.VM_IO | vm.VM_PFNMAP)) !== 0) return -errno.EINVAL;
    const space = task.memory;
    if (area.isAnonymous && !writes) return (area.flags & vm.VM_ACCESS_FLAGS) === 0 ? -errno.EINVAL : 0;
    for (let address = area.start; address < area.end; address += space.host.pageSizeBytes) {
      const result = writes ? space.translateWrite(address) : space.translateRead(address);
      if (result === faultProtection) return -errno.EINVAL;
      if (result === faultBus) return -errno.EFAULT;
      if (result === faultNoMemory) return -errno.ENOMEM;
    }
    return 0;
  };
}

const hugePage: Handler = ({ area }) => {
  if ((area.flags & vm.VM_SPECIAL) !== 0) return -errno.EINVAL;
  area.flags = (area.flags & ~vm.VM_NOHUGEPAGE) | vm.VM_HUGEPAGE;
  return 0;
};

const handlers: ReadonlyMap<number, Handler> = new Map([
  [m.MADV_NORMAL, setFlags(0, vm.VM_RAND_READ | vm.VM_SEQ_READ)],
  [m.MADV_RANDOM, setFlags(vm.VM_RAND_READ, vm.VM_SEQ_READ)],
  [m.MADV_SEQUENTIAL, setFlags(vm.VM_SEQ_READ, vm.VM_RAND_READ)],
  [m.MADV_WILLNEED, () => 0],
  [m.MADV_DONTNEED, dontNeed],
  [m.MADV_FREE, free],
  [m.MADV_REMOVE, remove],
  [m.MADV_DONTFORK, setFlags(vm.VM_DONTCOPY)],
  [m.MADV_DOFORK, doFork],
  [m.MADV_DONTDUMP, setFlags(vm.VM_DONTDUMP)],
  [m.MADV_DODUMP, doDump],
  [m.MADV_WIPEONFORK, wipeOnFork],
  [m.MADV_KEEPONFORK, setFlags(0, vm.VM_WIPEONFORK)],
  [m.MADV_COLD, lruOnly],
  [m.MADV_PAGEOUT, lruOnly],
  [m.MADV_POPULATE_READ, populateFor(false)],
  [m.MADV_POPULATE_WRITE, populateFor(true)],
]);

/** Advice that exists only with a kernel option. */
const optional: ReadonlyMap<number, readonly [string, Handler]> = new Map([
  [m.MADV_MERGEABLE, ['KSM', () => 0] as const],
  [m.MADV_UNMERGEABLE, ['KSM', () => 0] as const],
  [m.MADV_HUGEPAGE, ['TRANSPARENT_HUGEPAGE', hugePage] as const],
  [m.MADV_NOHUGEPAGE, ['TRANSPARENT_HUGEPAGE', setFlags(vm.VM_NOHUGEPAGE, vm.VM_HUGEPAGE)] as const],
]);

function handlerOf(kernel: Kernel, advice: number): Handler | undefined {
  const [symbol, handler] = optional.get(advice) ?? [];
  if (symbol !== undefined) return kernel.config.enabled(symbol) ? handler : undefined;
  return handlers.get(advice);
}

/** madvise(): holes are passed over and reported at the end. */
export function madvise(
  kernel: Kernel,
  task: Task,
  start: number,
  lengthBytes: number,
  advice: number,
): Errno {
  const space = task.memory;
  const handler = handlerOf(kernel, advice);
  if (handler === undefined || start % kernel.pageSizeBytes !== 0) return -errno.EINVAL;
  const length = pageAlign(lengthBytes, kernel.pageSizeBytes);
  if (start + length >= 2 ** 64) return -errno.EINVAL;
  if (length === 0) return 0;
  const end = start + length;
  let covered = start;
  let hole = false;
  for (const area of isolate(space, start, end)) {
    if (area.start > covered) hole = true;
    const result = handler({ kernel, task, area });
    if (result < 0) return result;
    covered = area.end;
  }
  return hole || covered < end ? -errno.ENOMEM : 0;
}

/** msync() */
export function msync(task: Task, start: number, lengthBytes: number, flags: number): Errno {
  const { pageSizeBytes } = task.memory.host;
  if ((flags & ~(m.MS_ASYNC | m.MS_INVALIDATE | m.MS_SYNC)) !== 0) return -errno.EINVAL;
  if (start % pageSizeBytes !== 0) return -errno.EINVAL;
  if ((flags & m.MS_ASYNC) !== 0 && (flags & m.MS_SYNC) !== 0) return -errno.EINVAL;
  const end = start + pageAlign(lengthBytes, pageSizeBytes);
  if (end >= 2 ** 64) return -errno.ENOMEM;
  let covered = start;
  let hole = false;
  for (const area of task.memory.overlapping(start, end)) {
    if (area.start > covered) hole = true;
    if ((flags & m.MS_INVALIDATE) !== 0 && (area.flags & vm.VM_LOCKED) !== 0) return -errno.EBUSY;
    if ((flags & m.MS_SYNC) !== 0 && area.file !== undefined && (area.flags & vm.VM_SHARED) !== 0) {
      const synced = area.file.fsync();
      if (synced < 0) return synced;
    }
    covered = area.end;
  }
  return hole || covered < end ? -errno.ENOMEM : 0;
}

/** mincore(): one byte a page; only a file's owner learns about its pages. */
export function mincore(task: Task, start: number, lengthBytes: number, vector: number): Errno {
  const space = task.memory;
  const { pageSizeBytes } = space.host;
  if (start % pageSizeBytes !== 0) return -errno.EINVAL;
  const pageCount = pageAlign(lengthBytes, pageSizeBytes) / pageSizeBytes;
  if (space.mappedPrefix(start, pageCount * pageSizeBytes) < pageCount * pageSizeBytes) return -errno.ENOMEM;
  if (space.mappedPrefix(vector, pageCount) < pageCount) return -errno.EFAULT;
  const present = new Uint8Array(pageCount);
  for (let index = 0; index < pageCount; index += 1) {
    const address = start + index * pageSizeBytes;
    present[index] = space.presentPfn(address) === undefined ? 0 : 1;
  }
  return copyToUser(task, vector, present) ? 0 : -errno.EFAULT;
}

/** mlock() and munlock(): special mappings are passed over. */
export function setLocked(task: Task, start: number, lengthBytes: number, on: boolean): Errno {
  const space = task.memory;
  const { pageSizeBytes } = space.host;
  const first = start - (start % pageSizeBytes);
  const end = pageAlign(start + lengthBytes, pageSizeBytes);
  if (on && task.limits.soft(RLIMIT_MEMLOCK) === 0 && !capable(task.credentials, 'CAP_IPC_LOCK'))
    return -errno.EPERM;
  if (on && exceedsLockLimit(task, end - first)) return -errno.ENOMEM;
  if (end === first) return 0;
  let covered = first;
  for (const area of isolate(space, first, end)) {
    if (area.start > covered) return -errno.ENOMEM;
    if ((area.flags & vm.VM_SPECIAL) === 0) {
      area.flags = on ? area.flags | vm.VM_LOCKED : area.flags & ~vm.VM_LOCKED;
    }
    covered = area.end;
  }
  if (covered < end) return -errno.ENOMEM;
  if (on) populate(space, first, end);
  return 0;
}

/** mlockall(MCL_CURRENT) and munlockall(). */
export function setAllLocked(task: Task, on: boolean): Errno {
  const { areas } = task.memory;
  const bytes = areas.reduce((sum, area) => sum + area.end - area.start, 0);
  if (on && !capable(task.credentials, 'CAP_IPC_LOCK')) {
    const limit = task.limits.soft(RLIMIT_MEMLOCK);
    if (bytes > limit) return limit === 0 ? -errno.EPERM : -errno.ENOMEM;
  }
  for (const { start, end } of [...areas]) setLocked(task, start, end - start, on);
  return 0;
}

function exceedsLockLimit(task: Task, moreBytes: number): boolean {
  if (capable(task.credentials, 'CAP_IPC_LOCK')) return false;
  const locked = task.memory.areas
    .filter((area) => (area.flags & vm.VM_LOCKED) !== 0)
    .reduce((sum, area) => sum + area.end - area.start, 0);
  return locked + moreBytes > task.limits.soft(RLIMIT_MEMLOCK);
}
