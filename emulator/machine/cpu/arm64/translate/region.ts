import type { Arena } from '../arena.ts';
import { frameBytes } from '../arena.ts';
import { decode, type Instruction } from '../decode/decode.ts';

/** Code that is translated together: basic blocks of one page that branch to each other. */

export interface RegionBlock {
  readonly pc: number;
  readonly instructions: readonly Instruction[];
  readonly words: readonly number[];
  /** Addresses to which the block goes by itself, by a direct branch, or after a call. */
  readonly successors: readonly number[];
  /** Ends with a branch, behind which the budget is looked at; else it runs into the next block. */
  readonly endsInBranch: boolean;
}

export interface Region {
  readonly entry: number;
  readonly blocks: readonly RegionBlock[];
}

const largestRegion = 32;

/** Instructions that only the interpreter runs, and that end a region in front of them. */
function leaves({ op }: Instruction): boolean {
  return (
    op === 'supervisor-call' || op === 'breakpoint' || op === 'undefined' || op === 'invalidate-instructions'
  );
}

interface Ending {
  readonly successors: readonly number[];
  readonly isBranch: boolean;
}

function endingOf(instruction: Instruction, pc: number): Ending | undefined {
  switch (instruction.op) {
    case 'branch':
      return { successors: [instruction.link ? pc + 4 : pc + instruction.offset], isBranch: true };
    case 'branch-conditional':
    case 'compare-branch':
    case 'test-branch':
      return { successors: [pc + instruction.offset, pc + 4], isBranch: true };
    case 'branch-register':
      return { successors: instruction.link ? [pc + 4] : [], isBranch: true };
    default:
      return undefined;
  }
}

/**
 * The blocks that can be reached from `entry` by direct branches within its page, in the order of their addresses. Those
 * that are not wanted are left out: what never ran would cost more to translate than it is worth.
 */
export function findRegion(
  arena: Arena,
  entry: number,
  offset: number,
  isWanted: (pc: number) => boolean,
): Region {
  const { view } = arena;
  const page = entry - (entry % frameBytes);
  const frame = offset - (entry % frameBytes);
  const inPage = (pc: number): boolean => pc >= page && pc < page + frameBytes;
  const starts = new Set([entry]);
  const waiting = [entry];
  const scanned = new Set<number>();
  while (waiting.length > 0 && starts.size < largestRegion) {
    let pc = waiting.shift() ?? entry;
    while (inPage(pc) && !scanned.has(pc)) {
      scanned.add(pc);
      const instruction = decode(view.getUint32(frame + pc - page, true));
      if (leaves(instruction)) break;
      const ending = endingOf(instruction, pc);
      if (ending === undefined) {
        pc += 4;
        continue;
      }
      for (const next of ending.successors) {
        if (!inPage(next) || starts.has(next) || starts.size >= largestRegion || !isWanted(next)) continue;
        starts.add(next);
        waiting.push(next);
      }
      break;
    }
  }
  const blocks = [...starts]
    .toSorted((a, b) => a - b)
    .map((pc) => readBlock((at) => view.getUint32(frame + at - page, true), pc, starts, page + frameBytes));
  return { entry, blocks };
}

function readBlock(
  wordAt: (pc: number) => number,
  start: number,
  starts: ReadonlySet<number>,
  end: number,
): RegionBlock {
  const instructions: Instruction[] = [];
  const words: number[] = [];
  for (let pc = start; ; pc += 4) {
    if (pc >= end || (pc !== start && starts.has(pc)))
      return { pc: start, instructions, words, successors: [pc], endsInBranch: false };
    const word = wordAt(pc);
    const instruction = decode(word);
    if (leaves(instruction)) return { pc: start, instructions, words, successors: [], endsInBranch: false };
    instructions.push(instruction);
    words.push(word);
    const ending = endingOf(instruction, pc);
    if (ending === undefined) continue;
    const calls = 'link' in instruction && instruction.link;
    // What is called leaves the region, and comes back by a register.
    const successors = calls ? [] : ending.successors;
    return { pc: start, instructions, words, successors, endsInBranch: true };
  }
}
