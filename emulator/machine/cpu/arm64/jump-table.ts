import { type Arena, arenaLayout, frameBytes, jumpEntries } from './arena.ts';

/** Address 8 bytes as a number, place in the table of functions 4, number of the block 4. */
export const jumpEntryBytes = 16;

/**
 * Where translated code for an address is, in memory that translated code reads: so it goes from region to region by
 * itself. Holds what is mapped now and nothing else.
 */
export class JumpTable {
  readonly #arena: Arena;
  readonly #pages = new Set<number>();

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#clear();
  }

  put(pc: number, slot: number, label: number): void {
    const { view } = this.#arena;
    const entry = arenaLayout.jumpTable + ((pc >>> 2) & (jumpEntries - 1)) * jumpEntryBytes;
    view.setFloat64(entry, pc, true);
    view.setInt32(entry + 8, slot, true);
    view.setInt32(entry + 12, label, true);
    this.#pages.add(pc - (pc % frameBytes));
  }

  /** Forgets all entries. */
  flush(): void {
    if (this.#pages.size === 0) return;
    this.#pages.clear();
    this.#clear();
  }

  /** Forgets what a page may have led to, which got another frame or other bytes. */
  dropPage(page: number): void {
    if (this.#pages.has(page)) this.flush();
  }

  #clear(): void {
    const { jumpTable } = arenaLayout;
    this.#arena.bytes.fill(0xff, jumpTable, jumpTable + jumpEntries * jumpEntryBytes);
  }
}
