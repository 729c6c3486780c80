import type { PointRecord, PointResult, SweepHeader } from './result.ts';
import type { PivotChoice } from './spec.ts';

/** One cell of the table: what its points came to. */
export interface PivotCell {
  readonly points: number;
  readonly passed: number;
  /** Smallest and largest figure, where the table shows one. */
  readonly least: number | undefined;
  readonly most: number | undefined;
}

/** A sweep in short. */
export interface SweepSummary {
  readonly schemaVersion: 1;
  readonly sweep: string;
  readonly points: number;
  readonly passed: number;
  readonly failed: number;
  readonly panicked: number;
  readonly refused: number;
  /** The commonest reasons of failure, with their counts. */
  readonly reasons: readonly { readonly reason: string; readonly points: number }[];
  readonly pivot: Pivot;
}

export interface Pivot {
  readonly value: PivotChoice['value'];
  readonly rows: string | null;
  readonly columns: string | null;
  readonly rowLabels: readonly (string | number)[];
  readonly columnLabels: readonly (string | number)[];
  /** By row and column. */
  readonly cells: readonly (readonly PivotCell[])[];
}

interface OpenCell {
  points: number;
  passed: number;
  least: number | undefined;
  most: number | undefined;
}

/** More labels than this make no table for people. */
const mostLabels = 40;
const mostReasons = 10;

/** Goes over the records once; nothing of them is kept. */
export function summariseSweep(
  header: SweepHeader,
  axes: readonly string[],
  choice: PivotChoice,
  records: Iterable<PointRecord>,
): SweepSummary {
  // Seeds make no table: they are there to be counted.
  const plain = axes.toSorted((a, b) => Number(a !== 'seed') - Number(b !== 'seed'));
  const rows = choice.rows ?? plain.findLast((axis) => axis !== choice.columns);
  const columns = choice.columns ?? plain.findLast((axis) => axis !== rows);
  const [rowLabels, columnLabels] = [new Map<string | number, number>(), new Map<string | number, number>()];
  const cells: OpenCell[][] = [];
  const counts = { points: 0, passed: 0, panicked: 0, refused: 0 };
  const reasons = new Map<string, number>();
  for (const { values, result } of records) {
    counts.points += 1;
    if (result.passed) counts.passed += 1;
    if (result.panic !== undefined) counts.panicked += 1;
    if (result.refused !== undefined) counts.refused += 1;
    const reason = reasonOf(result);
    if (reason !== undefined && (reasons.has(reason) || reasons.size < 1000))
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const row = placeOf(rowLabels, rows === undefined ? '' : (values[rows] ?? '-'));
    const column = placeOf(columnLabels, columns === undefined ? '' : (values[columns] ?? '-'));
    if (row === undefined || column === undefined) continue;
    count(cellAt(cells, row, column), result, choice.value);
  }
  return {
    schemaVersion: 1,
    sweep: header.sweep,
    ...counts,
    failed: counts.points - counts.passed - counts.panicked - counts.refused,
    reasons: [...reasons]
      .map(([reason, points]) => ({ reason, points }))
      .sort((a, b) => b.points - a.points || (a.reason < b.reason ? -1 : 1))
      .slice(0, mostReasons),
    pivot: {
      value: choice.value,
      rows: rows ?? null,
      columns: columns ?? null,
      rowLabels: [...rowLabels.keys()],
      columnLabels: [...columnLabels.keys()],
      cells: [...rowLabels.values()].map((row) =>
        [...columnLabels.values()].map((column) => cellAt(cells, row, column)),
      ),
    },
  };
}

/** Labels in the order in which they come; those beyond the last one that fits are left out. */
function placeOf(labels: Map<string | number, number>, label: string | number): number | undefined {
  const known = labels.get(label);
  if (known !== undefined || labels.size >= mostLabels) return known;
  labels.set(label, labels.size);
  return labels.size - 1;
}

function cellAt(cells: OpenCell[][], row: number, column: number): OpenCell {
  cells[row] ??= [];
  const line = cells[row] ?? [];
  line[column] ??= { points: 0, passed: 0, least: undefined, most: undefined };
  return line[column] ?? { points: 0, passed: 0, least: undefined, most: undefined };
}

function count(cell: OpenCell, result: PointResult, value: PivotChoice['value']): void {
  cell.points += 1;
  if (result.passed) cell.passed += 1;
  const figure = figureOf(result, value);
  if (figure === undefined) return;
  cell.least = Math.min(cell.least ?? figure, figure);
  cell.most = Math.max(cell.most ?? figure, figure);
}

function figureOf(result: PointResult, value: PivotChoice['value']): number | undefined {
  switch (value) {
    case 'passed':
      return undefined;
    case 'memTotal':
      return result.memTotalBytes;
    case 'cmaTotal':
      return result.cmaTotalBytes;
    case 'peak':
      return Object.values(result.peakBytes ?? {}).reduce<number | undefined>(
        (most, bytes) => Math.max(most ?? 0, bytes),
        undefined,
      );
  }
}

function reasonOf({ passed, refused, panic, failure }: PointResult): string | undefined {
  if (passed) return undefined;
  if (refused !== undefined) return `refused: ${refused}`;
  return panic === undefined ? (failure ?? 'failed') : `panic: ${panic}`;
}
