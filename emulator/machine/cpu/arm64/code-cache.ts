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
  /** Where its bytes lie in the arena. */
  readonly offset: number;
  readonly steps: readonly Step[];
  /** Address behind the last instruction. */
  readonly end: number;
  /** How often it was run by the interpreter. */
  runs: number;
  /** How many regions it is a part of. */
  copies: number;
  /** The same code in translation; undefined as long as there is none. */
  translated: TranslatedEntry | undefined;
}

/** Decoded code of one frame as it is seen at one address. */
interface CodePage {
  readonly page: number;
  readonly blocks: (Block | undefined)[];
}

const wordsPerPage = frameBytes / 4;

/** Decoded instructions, by the frame they lie in; processes that share a frame at one address share them. */
export class CodeCache {
  readonly #arena: Arena;
  readonly #facts: SystemFacts;
  readonly #onForget: (slots: ReadonlySet<number>) => void;
  readonly #pages = new Map<number, CodePage[]>();
  #lastFrame = -1;
  #last: CodePage | undefined;

  /** `onForget` is told which translated functions go with a frame that is forgotten. */
  constructor(arena: Arena, facts: SystemFacts, onForget: (slots: ReadonlySet<number>) => void) {
    this.#arena = arena;
    this.#facts = facts;
    this.#onForget = onForget;
  }

  /** Forgets what was decoded from a frame. */
  forget(frame: number): void {
    const pages = this.#pages.get(frame);
    if (pages === undefined) return;
    this.#pages.delete(frame);
    if (this.#lastFrame === frame) this.#last = undefined;
    const slots = new Set<number>();
    for (const { blocks } of pages)
      for (const block of blocks) if (block?.translated !== undefined) slots.add(block.translated.slot);
    this.#onForget(slots);
  }

  /** The block that begins at `pc`, which lies at `offset` in the arena. */
  block(pc: number, offset: number): Block {
    const within = pc % frameBytes;
    const { blocks } = this.#page(pc - within, offset - within);
    const index = within >> 2;
    const known = blocks[index];
    if (known !== undefined) return known;
    const block = this.#decode(pc, offset);
    blocks[index] = block;
    return block;
  }

  /** The block that begins at `pc`, of the page in which another one lies; undefined where none was decoded. */
  known({ pc: other, offset }: Block, pc: number): Block | undefined {
    const within = other % frameBytes;
    const pages = this.#pages.get(offset - within);
    const page = other - within;
    return pages?.find((known) => known.page === page)?.blocks[(pc - page) >> 2];
  }

  #page(page: number, frame: number): CodePage {
    if (this.#last !== undefined && this.#lastFrame === frame && this.#last.page === page) return this.#last;
    let pages = this.#pages.get(frame);
    if (pages === undefined) {
      pages = [];
      this.#pages.set(frame, pages);
    }
    let code = pages.find((known) => known.page === page);
    if (code === undefined) {
      code = { page, blocks: new Array<Block | undefined>(wordsPerPage) };
      pages.push(code);
    }
    this.#lastFrame = frame;
    this.#last = code;
    return code;
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
    return { pc, offset, steps, end: pc + 4 * steps.length, runs: 0, copies: 0, translated: undefined };
  }
}
