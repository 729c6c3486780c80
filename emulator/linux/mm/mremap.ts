import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE } from '../uapi/mman.ts';
import { taskSizeBytes } from './address-space.ts';
import { pageAlign, unmapRange } from './mmap.ts';
import { VM_DONTEXPAND, VM_PFNMAP, type VmArea } from './vm-area.ts';

/** mremap(). Plays mm/mremap.c. */

/** What is moved or resized, in whole pages. */
interface Remap {
  readonly address: number;
  readonly oldBytes: number;
  readonly newBytes: number;
  readonly flags: number;
  readonly newAddress: number;
}

/** sys_mremap(): the address of the mapping afterwards, or -errno. */
export function mremap(kernel: Kernel, task: Task, wanted: Remap): number {
  const space = task.memory;
  const { pageSizeBytes } = kernel;
  const { flags, address } = wanted;
  if ((flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) !== 0) return -errno.EINVAL;
  if ((flags & MREMAP_FIXED) !== 0 && (flags & MREMAP_MAYMOVE) === 0) return -errno.EINVAL;
  const keepsOld = (flags & MREMAP_DONTUNMAP) !== 0;
  if (keepsOld && ((flags & MREMAP_MAYMOVE) === 0 || wanted.oldBytes !== wanted.newBytes))
    return -errno.EINVAL;
  if (address % pageSizeBytes !== 0) return -errno.EINVAL;
  const remap: Remap = {
    ...wanted,
    oldBytes: pageAlign(wanted.oldBytes, pageSizeBytes),
    newBytes: pageAlign(wanted.newBytes, pageSizeBytes),
  };
  if (remap.newBytes === 0) return -errno.EINVAL;
  const area = space.find(address);
  if (area === undefined) return -errno.EFAULT;
  if ((flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) !== 0) return moveTo(kernel, task, remap);
  if (remap.oldBytes >= remap.newBytes) {
    if (remap.oldBytes > remap.newBytes) {
      unmapRange(kernel, task, address + remap.newBytes, remap.oldBytes - remap.newBytes);
    }
    return address;
  }
  const allowed = mayResize(area, remap);
  if (allowed < 0) return allowed;
  if (growInPlace(task, area, remap)) return address;
  if ((flags & MREMAP_MAYMOVE) === 0) return -errno.ENOMEM;
  const room = space.findRoom(remap.newBytes);
  return room === undefined ? -errno.ENOMEM : moveArea(kernel, task, area, remap, room);
}

/** vma_to_resize(): whether a mapping may change its size or be moved. */
function mayResize(area: VmArea, { address, oldBytes, newBytes, flags }: Remap): Errno {
  const special = (area.flags & (VM_DONTEXPAND | VM_PFNMAP)) !== 0;
  if (oldBytes === 0 && !area.isShared) return -errno.EINVAL;
  if ((flags & MREMAP_DONTUNMAP) !== 0 && special) return -errno.EINVAL;
  if (oldBytes > area.end - address) return -errno.EFAULT;
  if (newBytes === oldBytes) return 0;
  return special ? -errno.EFAULT : 0;
}

function growInPlace(task: Task, area: VmArea, { address, oldBytes, newBytes }: Remap): boolean {
  if (oldBytes !== area.end - address) return false;
  const newEnd = address + newBytes;
  if (newEnd > taskSizeBytes || task.memory.overlapping(area.end, newEnd).length > 0) return false;
  area.end = newEnd;
  task.memory.flush();
  return true;
}

/** mremap_to() */
function moveTo(kernel: Kernel, task: Task, remap: Remap): number {
  const space = task.memory;
  const { address, newAddress, newBytes, flags } = remap;
  const isFixed = (flags & MREMAP_FIXED) !== 0;
  if (newAddress % kernel.pageSizeBytes !== 0) return -errno.EINVAL;
  if (newBytes > taskSizeBytes || newAddress > taskSizeBytes - newBytes) return -errno.EINVAL;
  if (address + remap.oldBytes > newAddress && newAddress + newBytes > address) return -errno.EINVAL;
  if (isFixed) unmapRange(kernel, task, newAddress, newBytes);
  if (remap.oldBytes > newBytes) unmapRange(kernel, task, address + newBytes, remap.oldBytes - newBytes);
  const resized = { ...remap, oldBytes: Math.min(remap.oldBytes, newBytes) };
  const area = space.find(address);
  if (area === undefined) return -errno.EFAULT;
  const allowed = mayResize(area, resized);
  if (allowed < 0) return allowed;
  const room = isFixed ? newAddress : space.findRoom(newBytes, newAddress);
  return room === undefined ? -errno.ENOMEM : moveArea(kernel, task, area, resized, room);
}

/** move_vma(): with an old length of 0 the mapping is there twice. */
function moveArea(kernel: Kernel, task: Task, area: VmArea, remap: Remap, to: number): number {
  const space = task.memory;
  const copy = area.copyFor(remap.address, remap.address + remap.newBytes, kernel.pageSizeBytes);
  copy.start = to;
  copy.end = to + remap.newBytes;
  copy.file?.get();
  space.insert(copy);
  space.movePages(remap.address, to, remap.oldBytes);
  const unmaps = remap.oldBytes > 0 && (remap.flags & MREMAP_DONTUNMAP) === 0;
  if (unmaps) unmapRange(kernel, task, remap.address, remap.oldBytes);
  return to;
}
