import type { OpenFile, ReleaseCause } from '../fs/file.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from '../kernel/cred.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import {
  LEGACY_MAP_MASK,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../uapi/mman.ts';
import { RLIMIT_AS, RLIMIT_MEMLOCK } from '../uapi/resource.ts';
import { type AddressSpace, taskSizeBytes } from './address-space.ts';
import { sharedAnonymousFile } from './shmem.ts';
import {
  VM_DONTCOPY,
  VM_EXEC,
  VM_GROWSDOWN,
  VM_LOCKED,
  VM_MAYEXEC,
  VM_MAYREAD,
  VM_MAYSHARE,
  VM_MAYWRITE,
  VM_NORESERVE,
  VM_READ,
  VM_SHARED,
  VM_WIPEONFORK,
  VM_WRITE,
  VmArea,
} from './vm-area.ts';

/** Mapping and unmapping. Plays mm/mmap.c. */

/** What mmap() is asked for. Lengths above 2^53 are as good as infinite; `offsetPages` is exact. */
export interface MapRequest {
  readonly address: number;
  readonly lengthBytes: number;
  readonly protection: number;
  readonly flags: number;
  readonly file: OpenFile | undefined;
  readonly offsetPages: number;
}

/** PAGE_ALIGN() of a 64-bit length: what wraps around becomes 0. */
export function pageAlign(lengthBytes: number, pageSizeBytes: number): number {
  return Math.ceil(lengthBytes / pageSizeBytes) * pageSizeBytes;
}

/** PROT_* as VM_*: calc_vm_prot_bits(). */
export function protectionFlags(protection: number): number {
  return (
    (protection & PROT_READ ? VM_READ : 0) |
    (protection & PROT_WRITE ? VM_WRITE : 0) |
    (protection & PROT_EXEC ? VM_EXEC : 0)
  );
}

/** do_mmap(): the address of the new mapping, or -errno. */
export function mapMemory(kernel: Kernel, task: Task, request: MapRequest): number {
  const { pageSizeBytes } = kernel;
  const space = task.memory;
  const { file, flags } = request;
  if (request.lengthBytes === 0) return -errno.EINVAL;
  const lengthBytes = pageAlign(request.lengthBytes, pageSizeBytes);
  if (lengthBytes > taskSizeBytes) return -errno.ENOMEM;
  const address = placeFor(space, request, lengthBytes);
  if (address < 0) return address;
  if ((flags & MAP_LOCKED) !== 0 && !mayLock(task)) return -errno.EPERM;
  if (file !== undefined && !offsetFits(file, request.offsetPages, lengthBytes, pageSizeBytes))
    return -errno.EOVERFLOW;
  const vmFlags = file === undefined ? anonymousFlags(request) : fileFlags(file, request);
  if (vmFlags < 0) return vmFlags;
  if (exceedsAddressLimit(task, lengthBytes)) return -errno.ENOMEM;
  if (isCharged(file, vmFlags) && !enoughMemory(kernel, lengthBytes)) return -errno.ENOMEM;
  const area = makeArea(kernel, request, address, lengthBytes, vmFlags);
  if (typeof area === 'number') return area;
  if ((flags & MAP_FIXED) !== 0) unmapRange(kernel, task, address, lengthBytes);
  if (area.file !== undefined && area.backing === undefined) {
    const mapped = area.file.map(area, kernel);
    if (mapped < 0) {
      area.file.put(kernel, 'failed-call', task);
      return mapped;
    }
  }
  space.insert(area);
  if ((flags & (MAP_POPULATE | MAP_LOCKED)) !== 0) populate(space, area.start, area.end);
  return address;
}

function placeFor(space: AddressSpace, request: MapRequest, lengthBytes: number): number {
  const { pageSizeBytes } = space.host;
  const { flags } = request;
  if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) === 0) {
    const hint = Math.floor(request.address / pageSizeBytes) * pageSizeBytes;
    return space.findRoom(lengthBytes, hint) ?? -errno.ENOMEM;
  }
  const { address } = request;
  if (address > taskSizeBytes - lengthBytes) return -errno.ENOMEM;
  if (address % pageSizeBytes !== 0) return -errno.EINVAL;
  if ((flags & MAP_FIXED_NOREPLACE) !== 0 && space.overlapping(address, address + lengthBytes).length > 0) {
    return -errno.EEXIST;
  }
  return address;
}

/** file_mmap_ok(): the whole range must have an offset that 64 bits can hold, or that the file system allows. */
function offsetFits(
  file: OpenFile,
  offsetPages: number,
  lengthBytes: number,
  pageSizeBytes: number,
): boolean {
  const maximumBytes = file.maximumMapBytes;
  if (lengthBytes > maximumBytes) return false;
  return offsetPages + lengthBytes / pageSizeBytes < maximumBytes / pageSizeBytes;
}

/** can_do_mlock() */
function mayLock(task: Task): boolean {
  return task.limits.soft(RLIMIT_MEMLOCK) > 0 || capable(task.credentials, 'CAP_IPC_LOCK');
}

function generalFlags({ protection, flags }: MapRequest): number {
  return (
    protectionFlags(protection) |
    VM_MAYREAD |
    VM_MAYWRITE |
    VM_MAYEXEC |
    (flags & MAP_LOCKED ? VM_LOCKED : 0) |
    (flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) |
    (flags & MAP_NORESERVE ? VM_NORESERVE : 0)
  );
}

function anonymousFlags(request: MapRequest): number {
  const vmFlags = generalFlags(request);
  switch (request.flags & MAP_TYPE) {
    case MAP_SHARED:
      return (vmFlags & VM_GROWSDOWN) !== 0 ? -errno.EINVAL : vmFlags | VM_SHARED | VM_MAYSHARE;
    case MAP_PRIVATE:
      return vmFlags;
    default:
      return -errno.EINVAL;
  }
}

function fileFlags(file: OpenFile, request: MapRequest): number {
  let vmFlags = generalFlags(request);
  const kind = request.flags & MAP_TYPE;
  if (kind !== MAP_SHARED && kind !== MAP_SHARED_VALIDATE && kind !== MAP_PRIVATE) return -errno.EINVAL;
  if (kind === MAP_SHARED_VALIDATE && (request.flags & ~LEGACY_MAP_MASK) !== 0) return -errno.EOPNOTSUPP;
  if (kind !== MAP_PRIVATE) {
    if ((request.protection & PROT_WRITE) !== 0 && !file.mayWrite) return -errno.EACCES;
    vmFlags |= VM_SHARED | VM_MAYSHARE;
    if (!file.mayWrite) vmFlags &= ~(VM_MAYWRITE | VM_SHARED);
  }
  if (!file.mayRead) return -errno.EACCES;
  if (file.inode.fileSystem.noExec) {
    if ((vmFlags & VM_EXEC) !== 0) return -errno.EPERM;
    vmFlags &= ~VM_MAYEXEC;
  }
  if (!file.canMap) return -errno.ENODEV;
  return (vmFlags & VM_GROWSDOWN) !== 0 ? -errno.EINVAL : vmFlags;
}

function exceedsAddressLimit(task: Task, lengthBytes: number): boolean {
  const limit = task.limits.soft(RLIMIT_AS);
  if (limit === Number.POSITIVE_INFINITY) return false;
  const mapped = task.memory.areas.reduce((sum, area) => sum + area.end - area.start, 0);
  return mapped + lengthBytes > limit;
}

/** accountable_mapping(); the pages of shared anonymous memory are charged to the file behind it. */
function isCharged(file: OpenFile | undefined, vmFlags: number): boolean {
  if ((vmFlags & VM_NORESERVE) !== 0) return false;
  if ((vmFlags & VM_SHARED) !== 0) return file === undefined;
  return (vmFlags & VM_WRITE) !== 0;
}

/** __vm_enough_memory() as vm.overcommit_memory=0 has it: more at once than all memory is refused, nothing else. */
export function enoughMemory({ pages, pageSizeBytes }: Kernel, lengthBytes: number): boolean {
  return lengthBytes / pageSizeBytes <= pages.totalPages;
}

/** A mapping that is not linked yet; for shared anonymous memory with the file that it really is. */
function makeArea(
  kernel: Kernel,
  request: MapRequest,
  address: number,
  lengthBytes: number,
  vmFlags: number,
): VmArea | Errno {
  const end = address + lengthBytes;
  if (request.file !== undefined)
    return new VmArea(address, end, vmFlags, request.file.get(), request.offsetPages);
  if ((vmFlags & VM_SHARED) === 0)
    return new VmArea(address, end, vmFlags, undefined, address / kernel.pageSizeBytes);
  const file = sharedAnonymousFile(kernel, lengthBytes);
  if (typeof file === 'number') return file;
  const area = new VmArea(address, end, vmFlags, file, 0);
  file.map(area);
  return area;
}

/**
 * Touches every page, as MAP_POPULATE does, up to the first that cannot be had. Anonymous memory that cannot be written
 * would only get pages of zeroes, which take no room.
 */
export function populate(space: AddressSpace, start: number, end: number): void {
  for (const area of space.overlapping(start, end)) {
    const writes = (area.flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
    if (area.isAnonymous && !writes) continue;
    const last = Math.min(end, area.end);
    for (let address = Math.max(start, area.start); address < last; address += space.host.pageSizeBytes) {
      const result = writes ? space.translateWrite(address) : space.translateRead(address);
      if (result < 0) return;
    }
  }
}

/** Cuts the mappings at the borders of a range, so that it covers whole ones; returns these. */
export function isolate(space: AddressSpace, start: number, end: number): VmArea[] {
  for (const area of space.overlapping(start, end)) {
    const inside = area.start < start ? space.split(area, start) : area;
    if (inside.end > end) space.split(inside, end);
  }
  return space.overlapping(start, end);
}

/** do_munmap() of a range that was checked. */
export function unmapRange(
  kernel: Kernel,
  task: Task,
  start: number,
  lengthBytes: number,
  cause: ReleaseCause = 'munmap',
): void {
  const space = task.memory;
  for (const area of isolate(space, start, start + lengthBytes)) {
    space.remove(area);
    space.dropPages(area.start, area.end);
    area.file?.put(kernel, cause, task);
  }
}

/** munmap() */
export function munmap(kernel: Kernel, task: Task, address: number, lengthBytes: number): Errno {
  const { pageSizeBytes } = kernel;
  if (address % pageSizeBytes !== 0 || address > taskSizeBytes || lengthBytes > taskSizeBytes - address) {
    return -errno.EINVAL;
  }
  const length = pageAlign(lengthBytes, pageSizeBytes);
  if (length === 0) return -errno.EINVAL;
  unmapRange(kernel, task, address, length);
  return 0;
}

/** brk(): the new end of the heap; where it cannot move, the old one. */
export function brk(kernel: Kernel, task: Task, wanted: number): number {
  const space = task.memory;
  const { pageSizeBytes } = kernel;
  if (wanted < space.brkStart) return space.brk;
  const oldEnd = pageAlign(space.brk, pageSizeBytes);
  const newEnd = pageAlign(wanted, pageSizeBytes);
  if (newEnd < oldEnd) unmapRange(kernel, task, newEnd, oldEnd - newEnd);
  if (newEnd > oldEnd) {
    if (newEnd > taskSizeBytes || space.overlapping(oldEnd, newEnd).length > 0) return space.brk;
    if (!enoughMemory(kernel, newEnd - oldEnd)) return space.brk;
    if (exceedsAddressLimit(task, newEnd - oldEnd)) return space.brk;
    growHeap(space, oldEnd, newEnd);
  }
  space.brk = wanted;
  return wanted;
}

/** One mapping for the whole heap: it grows with it. */
function growHeap(space: AddressSpace, oldEnd: number, newEnd: number): void {
  const last = oldEnd > space.brkStart ? space.find(oldEnd - 1) : undefined;
  if (last !== undefined && last.end === oldEnd && last.isAnonymous) {
    last.end = newEnd;
    return;
  }
  const flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;
  space.insert(new VmArea(oldEnd, newEnd, flags, undefined, oldEnd / space.host.pageSizeBytes));
}

/** dup_mmap(): what a child gets of its parent's memory. */
export function forkMemory(parent: AddressSpace, child: AddressSpace): void {
  child.brkStart = parent.brkStart;
  child.brk = parent.brk;
  child.vdso = parent.vdso;
  child.startStack = parent.startStack;
  for (const area of parent.areas) {
    if ((area.flags & VM_DONTCOPY) !== 0) continue;
    const copy = area.copyFor(area.start, area.end, parent.host.pageSizeBytes);
    copy.file?.get();
    copy.flags &= ~VM_LOCKED;
    child.insert(copy);
    if ((area.flags & VM_WIPEONFORK) === 0) parent.sharePagesWith(child, area);
  }
}

/** exit_mmap(): everything goes. */
export function releaseMemory(kernel: Kernel, task: Task, cause: ReleaseCause): void {
  const space = task.memory;
  for (const area of [...space.areas]) {
    space.remove(area);
    space.dropPages(area.start, area.end);
    area.file?.put(kernel, cause, task);
  }
}

/** Whether mmap() flags ask for huge pages of a file or of nothing; no kernel here has any to give. */
export function wantsHugePages(flags: number): boolean {
  return (flags & MAP_HUGETLB) !== 0;
}

/** Whether mmap() takes no descriptor. */
export function isAnonymousMap(flags: number): boolean {
  return (flags & MAP_ANONYMOUS) !== 0;
}
