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

/**
 * The page with which handlers of signals end. Plays the part of arch/arm64/kernel/vdso that every program needs;
 * AT_SYSINFO_EHDR is not announced, so programs ask the kernel for the time.
 */

/** Above all mappings, below the stack. */
const vdsoPage = 0xffff_f7ff_0000;
/** __kernel_rt_sigreturn */
export const vdsoSignalReturn = vdsoPage;
/** mov x8, #139; svc #0 */
const signalReturnCode = [0xd280_1168, 0xd400_0001];

/** arch_setup_additional_pages() */
export function mapVdso(kernel: Kernel, task: Task): boolean {
  const mapped = mapMemory(kernel, task, {
    address: vdsoPage,
    lengthBytes: kernel.pageSizeBytes,
    protection: PROT_READ | PROT_WRITE,
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
    file: undefined,
    offsetPages: 0,
  });
  const code = new Uint8Array(Uint32Array.from(signalReturnCode).buffer);
  if (mapped < 0 || !copyToUser(task, vdsoPage, code)) return false;
  return mprotect(task, vdsoPage, kernel.pageSizeBytes, PROT_READ | PROT_EXEC) === 0;
}
