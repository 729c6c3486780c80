import Table from 'cli-table3';
import type { Limit } from './budgets.ts';
import type { Circumstances } from './circumstances.ts';
import type { Figure } from './figure.ts';

/** The lines that say where and of what the figures are. */
export function header(of: Circumstances): string {
  return [
    `${of.cpu}, ${of.cores} cores, ${of.memoryGiB} GiB; Node ${of.node}; commit ${of.commit}`,
    `${of.began}, ${of.seconds} s; load average ${of.loadBefore} before, ${of.loadAfter} after`,
    '',
  ].join('\n');
}

/** A number with its unit, in three digits or so. */
export function quantity(value: number, unit: string): string {
  if (unit === 'ms' && value < 1) return `${digits(value * 1000)} µs`;
  if (unit === 'ms' && value >= 10_000) return `${digits(value / 1000)} s`;
  return `${digits(value)} ${unit}`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** A budget as it is read. */
export function limitText(limit: Limit | undefined, unit: string): string {
  if (limit === undefined) return '';
  if ('most' in limit) return `≤ ${quantity(limit.most, unit)}`;
  if ('least' in limit) return `≥ ${quantity(limit.least, unit)}`;
  return 'mostTimes' in limit
    ? `≤ ${limit.mostTimes} × ${limit.of}`
    : `≤ ${limit.mostOver} ${unit} over ${limit.of}`;
}

function verdict({ ofBudget }: Figure): string {
  if (ofBudget === undefined) return '';
  return `${ofBudget.toFixed(2)} ${ofBudget <= 1 ? 'within' : 'ABOVE'}`;
}

/** All figures, subject by subject. */
export function figureTable(figures: readonly Figure[], titles: ReadonlyMap<string, string>): string {
  if (figures.length === 0) return '';
  const table = new Table({
    head: ['measure', 'median', '95 %', 'spread', 'runs', 'against', 'budget', 'of budget'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left', 'left', 'left'],
    style: { head: [], border: [] },
  });
  let subject: string | undefined;
  for (const figure of figures) {
    if (figure.subject !== subject) {
      subject = figure.subject;
      table.push([{ colSpan: 8, content: `${subject}: ${titles.get(subject) ?? ''}` }]);
    }
    const { measure, unit, median, p95, spread, runs, times, against, limit } = figure;
    table.push([
      measure,
      quantity(median, unit),
      quantity(p95, unit),
      spread === undefined ? '' : `${(spread * 100).toFixed(0)} %`,
      runs,
      times === undefined ? '' : `${times.toFixed(2)} ×${against === undefined ? '' : ` ${against}`}`,
      limitText(limit, unit),
      verdict(figure),
    ]);
  }
  return `${table.toString()}\n`;
}
