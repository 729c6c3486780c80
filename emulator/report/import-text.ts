import pc from 'picocolors';
import { hex } from '../base/units.ts';
import type { ImportedBoard } from '../whatif/import/import-board.ts';
import { columns } from './columns.ts';
import { peopleSize as size } from './people-size.ts';

/** What an import found, what it could not know, and what lies elsewhere than in the field. */
export function importText(
  board: ImportedBoard,
  options: { readonly colours: boolean; readonly saved: string | undefined },
): string {
  const colours = pc.createColors(options.colours);
  const { summary } = board;
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  const list = (lines: readonly string[]) => lines.map((line) => `  ${line}\n`).join('');
  return [
    `${colours.bold(`${board.name}: Linux ${summary.release}, arch ${summary.architecture}`)}\n`,
    section('RAM', columns(summary.memory.map((bank) => [`${bank.base}+${bank.size}`, size(bank.size)]))),
    section(
      'Reserved regions',
      columns(
        summary.regions.map(({ name, base, size: bytes, state }) => [
          name,
          base ?? 'no place',
          size(bytes),
          state,
        ]),
      ),
    ),
    section(
      'CMA areas',
      columns(summary.areas.map(({ name, base, size: bytes }) => [name, base, size(bytes)])),
    ),
    section(
      'Elsewhere than in the field',
      list(
        board.misplaced.map(
          ({ name, field, here }) =>
            `${name}: at ${hex(field)} in the field, ${here === undefined ? 'missing' : `at ${hex(here)}`} here`,
        ),
      ),
    ),
    section('Not known', list(board.unknown)),
    options.saved === undefined
      ? `\nNothing was written; --output FOLDER keeps the board.\n`
      : `\nWritten to ${options.saved}; heapboard boot ${options.saved} boots it.\n`,
  ].join('');
}
