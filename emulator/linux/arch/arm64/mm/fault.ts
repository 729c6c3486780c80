import { alignDown, GiB } from '../../../../base/units.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { endTask } from '../../../kernel/exit.ts';
import type { Task } from '../../../kernel/task.ts';
import type { CmaHazard } from '../../../mm/cma.ts';
import { signals } from '../../../uapi/signal.ts';

/** Where the linear map begins with 48-bit addresses. */
const pageOffset = 0xffff_0000_0000_0000n;
const oopses = new WeakMap<Kernel, number>();

/**
 * What happens when the kernel itself writes to memory that it cannot write to: it complains and the task in whose name
 * it ran dies. Plays the kernel half of arch/arm64/mm/fault.c and traps.c.
 * Deviation: of the report only the lines that say what happened; registers and the stack are left out.
 */
export function oopsOnWrite(kernel: Kernel, task: Task, pfn: number, hazard: CmaHazard): void {
  const mapStart = alignDown(kernel.memblock.startOfMemory, GiB);
  const virtual = pageOffset + BigInt(pfn) * BigInt(kernel.pageSizeBytes) - mapStart;
  const address = virtual.toString(16);
  const count = (oopses.get(kernel) ?? 0) + 1;
  oopses.set(kernel, count);
  const what =
    hazard.kind === 'unmapped'
      ? `Unable to handle kernel paging request at virtual address ${address}`
      : `Unable to handle kernel write to read-only memory at virtual address ${address}`;
  const code = hazard.kind === 'unmapped' ? '96000046' : '9600004e';
  const { log } = kernel;
  log.log(1, what);
  log.log(0, `Internal error: Oops: 00000000${code} [#${count}] SMP`);
  log.warn(`CPU: 0 PID: ${task.pid} Comm: ${task.command}`);
  endTask(kernel, task, { kind: 'killed', signal: signals.SIGSEGV });
}
