import pc from 'picocolors';
import type { BoardSummary } from '../whatif/boards.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** The boards for people: name, RAM, release and title of each. */
export function boardsText(boards: readonly BoardSummary[], colours: boolean): string {
  const head = ['NAME', 'RAM', 'RELEASE', 'BOARD'];
  const rows = boards.map(({ name, memory, release, title }) => {
    const bytes = memory.reduce((sum, { size }) => sum + BigInt(size), 0n);
    return [name, peopleSize(bytes), release, title];
  });
  const [headline = '', ...lines] = columns([head, ...rows], '')
    .trimEnd()
    .split('\n');
  return [pc.createColors(colours).bold(headline), ...lines].map((line) => `${line}\n`).join('');
}
