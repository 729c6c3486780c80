import { Bench } from 'tinybench';
import type { Limit, Spread, Subject } from './subject.ts';

/** What a measure cost. */
export interface Figure {
  readonly subject: string;
  readonly measure: string;
  readonly runs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly limit: Limit | undefined;
  /** How often the median fits into that of the measure it is held against. */
  readonly times: number | undefined;
  /** Undefined where there is no limit. */
  readonly within: boolean | undefined;
}

/** Times every measure of a subject, one after another. */
export async function measure(subject: Subject): Promise<readonly Figure[]> {
  const { measures, end } = await subject.prepare();
  try {
    const bench = new Bench({
      time: subject.timeMs,
      iterations: 10,
      warmupTime: subject.timeMs / 4,
      retainSamples: true,
    });
    for (const one of measures) bench.add(one.name, one.run);
    await bench.run();
    const medians = new Map(
      bench.tasks.map((task) => [task.name, quantiles(task.name, task.result).medianMs]),
    );
    return measures.map((one) => {
      const costs = quantiles(one.name, bench.getTask(one.name)?.result);
      const base =
        one.limit !== undefined && 'measure' in one.limit ? medians.get(one.limit.measure) : undefined;
      const times = base === undefined ? undefined : costs.medianMs / base;
      return {
        subject: subject.name,
        measure: one.name,
        ...costs,
        limit: one.limit,
        times,
        within: isWithin(one.limit, costs.medianMs, times),
      };
    });
  } finally {
    end?.();
  }
}

/** Times each thing of a spread in some rounds, after one that does not count. */
export async function measureSpread(spread: Spread): Promise<readonly Figure[]> {
  const things = await spread.prepare();
  for (const thing of things) thing();
  const rounds = Array.from({ length: spread.rounds }, () =>
    things.map(timed).sort((one, other) => one - other),
  );
  const figure = (measure: string, of: (times: readonly number[]) => number, most?: number): Figure => {
    const costs = rounds.map(of).sort((one, other) => one - other);
    const medianMs = at(costs, 0.5);
    const limit = most === undefined ? undefined : { mostMilliseconds: most };
    return {
      subject: spread.name,
      measure,
      runs: rounds.length * things.length,
      medianMs,
      p95Ms: at(costs, 0.95),
      limit,
      times: undefined,
      within: isWithin(limit, medianMs, undefined),
    };
  };
  return [
    figure(
      `half of ${things.length} ${spread.things}`,
      (times) => at(times, 0.5),
      spread.mostHalfMilliseconds,
    ),
    figure(`99 % of them`, (times) => at(times, 0.99), spread.most99Milliseconds),
    figure('all, one after another', (times) => times.reduce((sum, time) => sum + time, 0)),
  ];
}

function timed(thing: () => unknown): number {
  const start = performance.now();
  thing();
  return performance.now() - start;
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function isWithin(
  limit: Limit | undefined,
  medianMs: number,
  times: number | undefined,
): boolean | undefined {
  if (limit === undefined) return undefined;
  return 'measure' in limit
    ? times !== undefined && times <= limit.mostTimes
    : medianMs <= limit.mostMilliseconds;
}

type Result = Bench['tasks'][number]['result'];

function quantiles(name: string, result: Result | undefined) {
  if (result?.state !== 'completed') {
    const error = result?.state === 'errored' ? result.error : undefined;
    throw new Error(`${name} could not be timed`, { cause: error });
  }
  const samples = [...(result.latency.samples ?? [])].sort((a, b) => a - b);
  return { runs: samples.length, medianMs: at(samples, 0.5), p95Ms: at(samples, 0.95) };
}
