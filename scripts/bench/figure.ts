import { type Limit, limitOf } from './budgets.ts';

/** What was measured of one thing, in one unit. */
export interface Cost {
  readonly measure: string;
  /** `ms`, `MB`, or a rate such as `points/s`, of which more is better. */
  readonly unit: string;
  readonly runs: number;
  readonly median: number;
  /** What 95 % of the runs kept: the slow end, for rates too. */
  readonly p95: number;
  /** The middle half of the runs, from end to end, as a part of the median; undefined where only a program knows it. */
  readonly spread?: number;
  /** Another measure of the subject that it is shown against. */
  readonly against?: string;
}

/** A cost with its subject, held against its budget. */
export interface Figure extends Cost {
  readonly subject: string;
  readonly limit?: Limit;
  /** The median over that of the measure that it is held or shown against. */
  readonly times?: number;
  /** How much of its budget it uses: above 1 it is missed. */
  readonly ofBudget?: number;
}

/** Median, slow end and spread of samples. */
export function costOf(measure: string, unit: string, samples: readonly number[]): Cost {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const slow = isRate(unit) ? 0.05 : 0.95;
  const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median;
  return { measure, unit, runs: sorted.length, median, p95: quantile(sorted, slow), spread };
}

export function isRate(unit: string): boolean {
  return unit.endsWith('/s');
}

/** A quantile of sorted numbers. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Holds a subject's costs against the budgets, and against each other. */
export function judged(subject: string, costs: readonly Cost[]): readonly Figure[] {
  const medians = new Map(costs.map((cost) => [cost.measure, cost.median]));
  return costs.map((cost) => {
    const limit = limitOf(subject, cost.measure);
    const other = limit !== undefined && 'of' in limit ? limit.of : cost.against;
    const base = other === undefined ? undefined : medians.get(other);
    const times = base === undefined ? undefined : cost.median / base;
    const ofBudget = limit === undefined ? undefined : partOfBudget(limit, cost.median, base);
    return {
      subject,
      ...cost,
      ...(limit === undefined ? {} : { limit }),
      ...(times === undefined ? {} : { times }),
      ...(ofBudget === undefined ? {} : { ofBudget }),
    };
  });
}

function partOfBudget(limit: Limit, median: number, base: number | undefined): number | undefined {
  if ('most' in limit) return median / limit.most;
  if ('least' in limit) return limit.least / median;
  if (base === undefined) return undefined;
  return 'mostTimes' in limit ? median / base / limit.mostTimes : (median - base) / limit.mostOver;
}
