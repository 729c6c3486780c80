import Table from 'cli-table3';
import { quantity } from '../report.ts';

/** How a cost grows with something. */
export interface Curve {
  readonly name: string;
  /** What grows: `buffers`. */
  readonly of: string;
  readonly points: readonly CurvePoint[];
  readonly order: string;
  /** What in the program makes it so. */
  readonly because: string;
}

export interface CurvePoint {
  readonly count: number;
  readonly medianMs: number;
}

/** What a curve measures. */
export interface CurvePlan {
  readonly name: string;
  readonly of: string;
  readonly because: string;
  readonly counts: readonly number[];
  /** Prepares for a count, and gives what is timed and how many of it one run makes. */
  readonly at: (count: number) => Promise<{ readonly run: () => unknown; readonly times: number }>;
}

const rounds = 9;

/** Measures a curve: of each point the median of some rounds, after a while that does not count. */
export async function drawn({ name, of, because, counts, at }: CurvePlan): Promise<Curve> {
  const points: CurvePoint[] = [];
  const [least = 1] = counts;
  // The compiler of V8 is done with the code before the first point.
  warm((await at(least)).run, 1000);
  for (const count of counts) {
    const { run, times } = await at(count);
    warm(run, 200);
    const samples = Array.from({ length: rounds }, () => {
      const start = performance.now();
      run();
      return (performance.now() - start) / times;
    }).sort((a, b) => a - b);
    points.push({ count, medianMs: samples[Math.floor(rounds / 2)] ?? Number.NaN });
  }
  return { name, of, points, order: orderOf(points), because };
}

function warm(run: () => unknown, milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) run();
}

/** The order of growth, from the exponent over the upper half of the points, where fixed costs weigh least. */
function orderOf(points: readonly CurvePoint[]): string {
  const from = points[Math.floor((points.length - 1) / 2)];
  const to = points.at(-1);
  if (from === undefined || to === undefined || from === to) return 'unknown';
  const exponent = Math.log(to.medianMs / from.medianMs) / Math.log(to.count / from.count);
  const order =
    exponent < 0.2
      ? 'constant'
      : exponent < 0.75
        ? 'less than linear'
        : exponent < 1.4
          ? 'linear'
          : 'more than linear';
  return `${order} (exponent ${exponent.toFixed(2)})`;
}

/** Each curve as a small table. */
export function curveTables(curves: readonly Curve[]): string {
  return curves
    .map(({ name, of, points, order, because }) => {
      const table = new Table({ style: { head: [], border: [] } });
      table.push({ [of]: points.map(({ count }) => count.toLocaleString('en')) });
      table.push({ median: points.map(({ medianMs }) => quantity(medianMs, 'ms')) });
      return `${name}: ${order}; ${because}\n${table.toString()}\n`;
    })
    .join('\n');
}
