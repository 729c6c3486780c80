import Table from 'cli-table3';
import { isRate } from './figure.ts';
import { quantity } from './report.ts';
import type { EarlierRun, Run } from './run.ts';

/** Differences that two runs of the same program show. */
const noise = 0.1;

/** The figures of two runs side by side, with the ratio of each that both have. */
export function comparison(old: EarlierRun, run: Run): string {
  const earlier = new Map(old.figures.map((figure) => [`${figure.subject}\n${figure.measure}`, figure]));
  const table = new Table({
    head: ['subject', 'measure', 'before', 'now', 'ratio', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const { subject, measure, unit, median } of run.figures) {
    const before = earlier.get(`${subject}\n${measure}`);
    if (before === undefined || before.unit !== unit) continue;
    const ratio = median / before.median;
    const cost = isRate(unit) ? 1 / ratio : ratio;
    const word = cost > 1 + noise ? 'worse' : cost < 1 - noise ? 'better' : '';
    table.push([
      subject,
      measure,
      quantity(before.median, unit),
      quantity(median, unit),
      ratio.toFixed(2),
      word,
    ]);
  }
  const { began, commit, cpu, loadBefore } = old.circumstances;
  return `Before: ${began}, commit ${commit}, ${cpu}, load ${loadBefore}\n${table.toString()}\n`;
}
