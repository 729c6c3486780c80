import type { Kernel } from '../../../init/kernel.ts';
import type { Task } from '../../../kernel/task.ts';
import { mapMemory } from '../../../mm/mmap.ts';
import { mprotect } from '../../../mm/mprotect.ts';
import { copyToUser } from '../../../mm/uaccess.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../../../uapi/mman.ts';
import { makeVdsoImage, type VdsoImage } from './vdso-image.ts';

/** Maps the vDSO. Plays arch/arm64/kernel/vdso.c. */

/** Above all mappings, below the stack. */
const vdsoPage = 0xffff_f7ff_0000;
let made: VdsoImage | undefined;

/** Made with the first program of machine code: few boots have one. */
function image(): VdsoImage {
  made ??= makeVdsoImage();
  return made;
}

/** arch_setup_additional_pages(): AT_SYSINFO_EHDR tells where it is. */
export function mapVdso(kernel: Kernel, task: Task): boolean {
  const mapped = mapMemory(kernel, task, {
    address: vdsoPage,
    lengthBytes: kernel.pageSizeBytes,
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
    file: undefined,
    offsetPages: 0,
  });
  if (mapped < 0 || !copyToUser(task, vdsoPage, image().bytes)) return false;
  task.memory.vdso = vdsoPage;
  return mprotect(task, vdsoPage, kernel.pageSizeBytes, PROT_READ | PROT_EXEC) === 0;
}

/** Where a handler without SA_RESTORER returns to: __kernel_rt_sigreturn. */
export function signalReturnOf(task: Task): number {
  return task.memory.vdso + image().signalReturn;
}
