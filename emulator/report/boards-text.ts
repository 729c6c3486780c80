import pc from 'picocolors';
import type { BoardSummary } from '../whatif/boards.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** The boards for people: name, RAM, default CMA area, release and title of each. */
export function boardsText(boards: readonly BoardSummary[], colours: boolean): string {
  const head = ['NAME', 'RAM', 'DEFAULT AREA', 'RELEASE', 'BOARD'];
  const rows = boards.map(({ name, memory, release, title, defaultArea }) => {
    const bytes = memory.reduce((sum, { size }) => sum + BigInt(size), 0n);
    const area = defaultArea === null ? 'none' : areaText(defaultArea);
    return [name, peopleSize(bytes), area, release, title];
  });
  const [headline = '', ...lines] = columns([head, ...rows], '')
    .trimEnd()
    .split('\n');
  return [pc.createColors(colours).bold(headline), ...lines].map((line) => `${line}\n`).join('');
}

function areaText(area: { readonly name: string; readonly size: string }): string {
  return `${peopleSize(BigInt(area.size))} ${area.name}`;
}
