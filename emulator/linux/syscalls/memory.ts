import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { madvise, mincore, msync, setAllLocked, setLocked } from '../mm/madvise.ts';
import { brk, isAnonymousMap, mapMemory, munmap, wantsHugePages } from '../mm/mmap.ts';
import { mprotect } from '../mm/mprotect.ts';
import { mremap } from '../mm/mremap.ts';
import { errno } from '../uapi/errno.ts';
import { asAddress, asInt32, asSize, asUnsigned64, type Register } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

/** sys_mmap() and ksys_mmap_pgoff(): the offset is unsigned, and must be a multiple of the page size. */
function mmap(
  kernel: Kernel,
  task: Task,
  address: Register,
  length: Register,
  protection: Register,
  flagsGiven: Register,
  fd: Register,
  offset: Register,
): number {
  const flags = asInt32(flagsGiven);
  const offsetPages = pagesOf(offset, kernel.pageSizeBytes);
  if (offsetPages === undefined) return -errno.EINVAL;
  const isAnonymous = isAnonymousMap(flags);
  const file = isAnonymous ? undefined : task.files.get(asInt32(fd));
  if (!isAnonymous && file === undefined) return -errno.EBADF;
  if (wantsHugePages(flags)) return -errno.EINVAL;
  return mapMemory(kernel, task, {
    address: asAddress(address),
    lengthBytes: asSize(length),
    protection: asInt32(protection),
    flags,
    file,
    offsetPages,
  });
}

function pagesOf(offset: Register, pageSizeBytes: number): number | undefined {
  if (typeof offset === 'number' && offset >= 0) {
    return offset % pageSizeBytes === 0 ? offset / pageSizeBytes : undefined;
  }
  const exact = asUnsigned64(offset);
  const page = BigInt(pageSizeBytes);
  return exact % page === 0n ? Number(exact / page) : undefined;
}

const MLOCK_ONFAULT = 1;
const [MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT] = [1, 2, 4];
const lockFlags = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;

/** Calls on the caller's address space. What is mapped after mlockall(MCL_FUTURE) is not locked. */
export const memoryCalls: readonly SystemCall[] = [
  {
    name: 'brk',
    number: 214,
    errnos: [],
    handler: (kernel, task, address) => brk(kernel, task, asAddress(address)),
  },
  {
    name: 'munmap',
    number: 215,
    errnos: ['EINVAL', 'ENOMEM'],
    handler: (kernel, task, address, length) => munmap(kernel, task, asAddress(address), asSize(length)),
  },
  {
    name: 'mremap',
    number: 216,
    errnos: ['EINVAL', 'EFAULT', 'ENOMEM', 'EAGAIN'],
    handler: (kernel, task, address, oldLength, newLength, flags, newAddress) =>
      mremap(kernel, task, {
        address: asAddress(address),
        oldBytes: asSize(oldLength),
        newBytes: asSize(newLength),
        flags: asInt32(flags),
        newAddress: asAddress(newAddress),
      }),
  },
  {
    name: 'mmap',
    number: 222,
    errnos: [
      'EINVAL',
      'EBADF',
      'EACCES',
      'ENODEV',
      'ENOMEM',
      'EOVERFLOW',
      'EOPNOTSUPP',
      'EPERM',
      'EEXIST',
      'EAGAIN',
      'ENFILE',
    ],
    handler: mmap,
  },
  {
    name: 'mprotect',
    number: 226,
    errnos: ['EINVAL', 'ENOMEM', 'EACCES'],
    handler: (_kernel, task, address, length, protection) =>
      mprotect(task, asAddress(address), asSize(length), asInt32(protection)),
  },
  {
    name: 'msync',
    number: 227,
    errnos: ['EINVAL', 'ENOMEM', 'EBUSY'],
    handler: (_kernel, task, address, length, flags) =>
      msync(task, asAddress(address), asSize(length), asInt32(flags)),
  },
  {
    name: 'mlock',
    number: 228,
    errnos: ['ENOMEM', 'EPERM', 'EAGAIN'],
    handler: (_kernel, task, address, length) => setLocked(task, asAddress(address), asSize(length), true),
  },
  {
    name: 'munlock',
    number: 229,
    errnos: ['ENOMEM'],
    handler: (_kernel, task, address, length) => setLocked(task, asAddress(address), asSize(length), false),
  },
  {
    name: 'mlockall',
    number: 230,
    errnos: ['EINVAL', 'EPERM', 'ENOMEM'],
    handler: (_kernel, task, flagsGiven) => {
      const flags = asInt32(flagsGiven);
      if (flags === 0 || (flags & ~lockFlags) !== 0 || flags === MCL_ONFAULT) return -errno.EINVAL;
      return (flags & MCL_CURRENT) === 0 ? 0 : setAllLocked(task, true);
    },
  },
  {
    name: 'munlockall',
    number: 231,
    errnos: [],
    handler: (_kernel, task) => setAllLocked(task, false),
  },
  {
    name: 'mlock2',
    number: 284,
    errnos: ['EINVAL', 'ENOMEM', 'EPERM', 'EAGAIN'],
    handler: (_kernel, task, address, length, flags) =>
      (asInt32(flags) & ~MLOCK_ONFAULT) !== 0
        ? -errno.EINVAL
        : setLocked(task, asAddress(address), asSize(length), true),
  },
  {
    name: 'mincore',
    number: 232,
    errnos: ['EINVAL', 'ENOMEM', 'EFAULT'],
    handler: (_kernel, task, address, length, vector) =>
      mincore(task, asAddress(address), asSize(length), asAddress(vector)),
  },
  {
    name: 'madvise',
    number: 233,
    errnos: ['EINVAL', 'ENOMEM', 'EACCES', 'ENODEV', 'EFAULT', 'EOPNOTSUPP', 'EBADF'],
    handler: (kernel, task, address, length, advice) =>
      madvise(kernel, task, asAddress(address), asSize(length), asInt32(advice)),
  },
];
