import type { Pivot, PivotCell } from '../whatif/sweep/summary.ts';
import { peopleSize } from './people-size.ts';
import { drawHeatMap, type HeatCell } from './pictures/heat-map.ts';
import type { DrawnPicture } from './pictures/memory-map.ts';

const titles: Readonly<Record<Pivot['value'], string>> = {
  passed: 'Points that passed',
  memTotal: 'MemTotal',
  cmaTotal: 'CMA in all',
  peak: 'Most in use of one area',
};

/** What a table's value is called. */
export function pivotTitle({ value }: Pivot): string {
  return titles[value];
}

/** The table of a sweep as a heat map: a cell with a point that did not pass is one that failed. */
export function sweepPicture(sweep: string, pivot: Pivot): DrawnPicture {
  const { rows, columns, rowLabels, columnLabels, cells, value } = pivot;
  return drawHeatMap({
    title: `${sweep}: ${pivotTitle(pivot)}`,
    across: { name: columns ?? '', values: columnLabels.map(String) },
    down: { name: rows ?? '', values: rowLabels.map(String) },
    cells: rowLabels.map((_, row) => columnLabels.map((_, column) => heatOf(cells[row]?.[column], value))),
  });
}

function heatOf(cell: PivotCell | undefined, value: Pivot['value']): HeatCell | undefined {
  if (cell === undefined || cell.points === 0) return undefined;
  const share = cell.passed / cell.points;
  const failed = cell.passed === 0;
  if (value === 'passed') return { value: share, text: `${Math.round(share * 100)} %`, failed };
  if (cell.most === undefined) return { text: '', failed };
  return { value: cell.most, text: peopleSize(cell.most), failed };
}
