import type { Task } from '../../linux/kernel/task.ts';
import { peekMemory } from '../../linux/syscalls.ts';

/** Frames that are looked at. */
const deepest = 32;

/**
 * The addresses that a thread's calls return to, innermost first: the program counter, the link register, and the chain
 * of frame records as the procedure call standard has it. The link register may repeat the first record.
 */
export function returnAddresses(task: Task): readonly number[] {
  const { registers } = task;
  if (registers === undefined) return [];
  const addresses = [registers.pc - 4, Number(registers.get(30)) - 4];
  let frame = Number(registers.get(29));
  for (let depth = 0; depth < deepest && frame !== 0 && frame % 8 === 0; depth += 1) {
    const record = peekMemory(task, frame, 16);
    if (record === undefined) break;
    const view = new DataView(record.buffer);
    const next = Number(view.getBigUint64(0, true));
    addresses.push(Number(view.getBigUint64(8, true)) - 4);
    if (next <= frame) break;
    frame = next;
  }
  return addresses;
}
