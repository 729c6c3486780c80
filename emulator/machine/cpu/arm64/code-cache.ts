import type { Arena } from './arena.ts';
import { frameBytes } from './arena.ts';
import { decode } from './decode/decode.ts';
import { endsBlock, interpret } from './interpret/interpret.ts';
import type { Step } from './interpret/step.ts';
import type { SystemFacts } from './interpret/system.ts';
import type { TranslatedEntry } from './translate/translator.ts';

/** Instructions that run one after the other, up to a branch or the end of the page. */
export interface Block {
  readonly pc: number;
  readonly steps: readonly Step[];
  /** Address behind the last instruction. */
  readonly end: number;
  /** How often it was run by the interpreter. */
  runs: number;
  /** The same code in translation; undefined as long as there is none. */
  translated: TranslatedEntry | undefined;
}

/** Decoded code of one frame as it is seen at one address. */
interface CodePage {
  readonly page: number;
  readonly blocks: (Block | undefined)[];
}

const wordsPerPage = frameBytes / 4;

/** Decoded instructions, by the frame they lie in; processes that share a frame share them. */
export class CodeCache {
  readonly #arena: Arena;
  readonly #facts: SystemFacts;
  readonly #pages = new Map<number, CodePage>();
  /** Counts what was forgotten. */
  version = 0;

  constructor(arena: Arena, facts: SystemFacts) {
    this.#arena = arena;
    this.#facts = facts;
  }

  /** Whether a frame holds code that was decoded. */
  holds(frame: number): boolean {
    return this.#pages.has(frame);
  }

  /** Forgets what was decoded from a frame. */
  forget(frame: number): void {
    if (this.#pages.delete(frame)) this.version += 1;
  }

  /** The block that begins at `pc`, which lies at `offset` in the arena. */
  block(pc: number, offset: number): Block {
    const within = pc % frameBytes;
    const frame = offset - within;
    let code = this.#pages.get(frame);
    if (code === undefined || code.page !== pc - within) {
      code = { page: pc - within, blocks: new Array<Block | undefined>(wordsPerPage) };
      this.#pages.set(frame, code);
    }
    const index = within >> 2;
    const known = code.blocks[index];
    if (known !== undefined) return known;
    const block = this.#decode(pc, offset);
    code.blocks[index] = block;
    return block;
  }

  #decode(pc: number, offset: number): Block {
    const { view } = this.#arena;
    const steps: Step[] = [];
    const count = wordsPerPage - ((pc % frameBytes) >> 2);
    for (let index = 0; index < count; index += 1) {
      const word = view.getUint32(offset + 4 * index, true);
      const instruction = decode(word);
      steps.push(interpret(pc + 4 * index, word, instruction, this.#facts));
      if (endsBlock(instruction)) break;
    }
    return { pc, steps, end: pc + 4 * steps.length, runs: 0, translated: undefined };
  }
}
