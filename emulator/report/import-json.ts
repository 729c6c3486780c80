import { hex } from '../base/units.ts';
import type { ImportedBoard } from '../whatif/import/import-board.ts';

/** The document of `heapboard import --json`, schemaVersion 1. docs/import.md describes it. */
export function importDocument(board: ImportedBoard) {
  return {
    schemaVersion: 1,
    name: board.name,
    profile: board.profile,
    tree: board.tree,
    unknown: board.unknown,
    misplaced: board.misplaced.map(({ name, field, here }) => ({
      name,
      field: hex(field),
      here: here === undefined ? null : hex(here),
    })),
    boot: board.summary,
  } as const;
}
