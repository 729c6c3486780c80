import type { CpuMemory } from '../memory.ts';
import type { CpuState } from '../state.ts';

/** What an instruction does. It is bound to the address it lies at; branches set `state.pc`. */
export type Step = (state: CpuState, memory: CpuMemory) => void;

/** Whether a condition holds, by condition * 16 + NZCV. */
export const conditions: Uint8Array = makeConditions();

function makeConditions(): Uint8Array {
  const table = new Uint8Array(256);
  for (let flags = 0; flags < 16; flags += 1) {
    const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (flags & bit) !== 0);
    const holds = [z, c, n, v, c && !z, n === v, n === v && !z, true];
    for (const [index, value] of holds.entries()) {
      table[index * 32 + flags] = value === true ? 1 : 0;
      table[index * 32 + 16 + flags] = value === true && index !== 7 ? 0 : 1;
    }
  }
  return table;
}

export function holds(condition: number, flags: number): boolean {
  return conditions[condition * 16 + flags] === 1;
}
