import pc from 'picocolors';
import type { Pivot, PivotCell, SweepSummary } from '../whatif/sweep/summary.ts';
import { columns } from './columns.ts';
import { peopleSize as size } from './people-size.ts';
import { pivotTitle } from './sweep-picture.ts';

/** A sweep for people: counts, a table over two axes, and why points failed. */
export function sweepText(summary: SweepSummary, colours: boolean): string {
  const { bold } = pc.createColors(colours);
  const { points, passed, failed, panicked, refused, reasons, pivot } = summary;
  const counts = [
    `${passed} of ${points} points passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(panicked > 0 ? [`${panicked} panicked`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ];
  const why = reasons.map(({ reason, points: count }) => [String(count), reason]);
  return [
    `${bold(summary.sweep)}: ${counts.join(', ')}\n`,
    `\n${bold(title(pivot))}\n${table(pivot)}`,
    why.length === 0 ? '' : `\n${bold('Why not')}\n${columns(why)}`,
  ].join('');
}

function title(pivot: Pivot): string {
  const { rows, columns: across } = pivot;
  if (rows === null) return pivotTitle(pivot);
  return `${pivotTitle(pivot)}: ${rows} down${across === null ? '' : `, ${across} across`}`;
}

function table({ rowLabels, columnLabels, cells, value }: Pivot): string {
  const head = ['', ...columnLabels.map(String)];
  const body = rowLabels.map((label, row) => [
    String(label),
    ...columnLabels.map((_, column) => cellText(cells[row]?.[column], value)),
  ]);
  return columns([head, ...body]);
}

function cellText(cell: PivotCell | undefined, value: Pivot['value']): string {
  if (cell === undefined || cell.points === 0) return '.';
  if (value === 'passed') {
    if (cell.passed === cell.points) return cell.points === 1 ? 'yes' : `all ${cell.points}`;
    return cell.points === 1 ? 'no' : `${cell.passed}/${cell.points}`;
  }
  const { least, most } = cell;
  if (least === undefined || most === undefined) return '.';
  return least === most ? size(most) : `${size(least)} to ${size(most)}`;
}
