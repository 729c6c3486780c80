import { limitText, quantity } from './report.ts';
import type { EarlierRun } from './run.ts';

/** The tables of the documentation, from the document of one run. */

type Row = EarlierRun['figures'][number];

function table(
  head: readonly string[],
  aligns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [head, aligns, ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return `${lines.join('\n')}\n`;
}

function ofBudget(value: number | undefined): string {
  if (value === undefined) return '';
  return value > 1 ? `**${value.toFixed(2)}**` : value.toFixed(2);
}

/** Every figure, with its budget; a miss is bold. */
export function figuresTable({ figures }: EarlierRun): string {
  return table(
    ['subject', 'figure', 'median', '95 %', 'spread', 'budget', 'of budget'],
    ['---', '---', '--:', '--:', '--:', '---', '--:'],
    figures.map((row) => [
      row.subject,
      row.measure,
      quantity(row.median, row.unit),
      quantity(row.p95, row.unit),
      typeof row.spread === 'number' ? `${(row.spread * 100).toFixed(0)} %` : '',
      limitText(row.limit, row.unit),
      ofBudget(row.ofBudget),
    ]),
  );
}

/** What is shown against a peer of the same run. */
export function peersTable({ figures }: EarlierRun): string {
  const rows = figures.filter(({ against, times }) => against !== undefined && times !== undefined);
  return table(
    ['figure', 'peer', 'ratio'],
    ['---', '---', '--:'],
    rows.map(({ measure, median, unit, against = '', times = 0 }) => [
      `${measure} (${quantity(median, unit)})`,
      against,
      `${times.toFixed(2)} ×`,
    ]),
  );
}

/** The curves of growth, each with its order and its cause. */
export function curvesText({ curves }: EarlierRun): string {
  return curves
    .map(({ name, of, points, order, because }) => {
      const head = [of, ...points.map(({ count }) => count.toLocaleString('en'))];
      const row = ['median', ...points.map(({ medianMs }) => quantity(medianMs, 'ms'))];
      const aligns = ['---', ...points.map(() => '--:')];
      return `${name}: **${order}**; ${because}.\n\n${table(head, aligns, [row])}`;
    })
    .join('\n');
}

/** What the README shows: what it costs, and beside it what else would do. */
const shown: readonly (readonly [subject: string, measure: string, says: string])[] = [
  ['process', 'node -e 0', 'Node, doing nothing'],
  ['process', 'boot of a board by its name', '`heapboard boot hikey`, as a process'],
  ['boot', 'HiKey', 'the same boot within a process'],
  ['real-kernel', 'a real kernel in QEMU, to user space', 'a real kernel in QEMU, to its first program'],
  ['alloc-close', '1 MiB, system', 'ALLOC and close of 1 MiB, system heap'],
  ['alloc-close', '1 MiB, cma', 'ALLOC and close of 1 MiB, CMA heap'],
  ['sweep', '10,000 points, 2 workers', 'sweep over boots with a small workload, 2 cores'],
  ['aarch64', 'integer', 'AArch64 programs, integer loop'],
  ['native', 'ALLOC 4 KiB and close, notify', 'ALLOC and close by an unmodified native program'],
  ['memory', '8 GiB board, idle', 'memory of a process with a board of 8 GiB'],
  ['memory', 'bare node', 'memory of a Node that does nothing'],
];

/** The README's table. */
export function readmeTable({ figures }: EarlierRun): string {
  const rowOf = (subject: string, measure: string): Row | undefined =>
    figures.find((row) => row.subject === subject && row.measure === measure);
  return table(
    ['what', 'median'],
    ['---', '--:'],
    shown.flatMap(([subject, measure, says]) => {
      const row = rowOf(subject, measure);
      return row === undefined ? [] : [[says, quantity(row.median, row.unit)]];
    }),
  );
}

/** All of them, as `npm run bench -- --markdown` prints them. */
export function documentationTables(run: EarlierRun): string {
  return [readmeTable(run), figuresTable(run), peersTable(run), curvesText(run)].join('\n');
}
