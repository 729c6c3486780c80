import type { Arena } from '../arena.ts';
import type { Block, CodeCache } from '../code-cache.ts';
import { findRegion, type Region } from './region.ts';
import type { Translator } from './translator.ts';

/** How many regions a block may be a part of: it is entered from each of them without leaving it. */
const mostCopies = 4;
/** Regions of one module, which costs more than what is in it. */
const fullBatch = 24;
/** A block waits for others from this part of the runs on after which it is translated at once. */
const waitingPart = 4;

function isWanted(block: Block | undefined): boolean {
  return block !== undefined && (block.runs > 0 || block.copies > 0) && block.copies < mostCopies;
}

/** Chooses what is translated, and when. Only runs are counted, so that the same program gives the same choice. */
export class HotCode {
  /** Runs of a block after which it is translated at once. */
  translatesAfter = 256;
  readonly #arena: Arena;
  readonly #code: CodeCache;
  readonly #translator: Translator;
  #waiting: Block[] = [];

  constructor(arena: Arena, code: CodeCache, translator: Translator) {
    this.#arena = arena;
    this.#code = code;
    this.#translator = translator;
  }

  /** To be told each time that the interpreter ran a block. */
  ran(block: Block): void {
    block.runs += 1;

    const { runs } = block;
    const after = this.translatesAfter;
    if (runs < after / waitingPart || runs > after) return;
    if (runs === Math.ceil(after / waitingPart)) this.#waiting.push(block);
    if (runs === after || this.#waiting.length === fullBatch) this.#translateWaiting();
  }

  #translateWaiting(): void {
    const regions: { readonly region: Region; readonly parts: readonly (Block | undefined)[] }[] = [];
    const taken = new Set<Block | undefined>();
    for (const block of this.#waiting) {
      if (taken.has(block) || block.translated !== undefined || this.#code.known(block, block.pc) !== block)
        continue;
      const known = (pc: number): Block | undefined => this.#code.known(block, pc);
      const region = findRegion(this.#arena, block.pc, block.offset, (pc) => isWanted(known(pc)));
      if (region.blocks.every(({ pc, instructions }) => pc !== block.pc || instructions.length === 0))
        continue;
      const parts = region.blocks.map(({ pc }) => known(pc));
      regions.push({ region, parts });
      for (const part of parts) {
        if (part !== undefined) part.copies += 1;
        taken.add(part);
      }
    }
    this.#waiting = [];
    if (regions.length === 0) return;
    const slots = this.#translator.translate(regions.map(({ region }) => region));
    for (const [index, { region, parts }] of regions.entries())
      for (const [label, part] of parts.entries()) {
        const slot = slots[index];
        if (part === undefined || slot === undefined || region.blocks[label]?.instructions.length === 0)
          continue;
        part.translated ??= { slot, label };
      }
  }
}
