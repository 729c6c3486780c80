import { Bench } from 'tinybench';
import type { Limit, Subject } from './subject.ts';

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
  const at = (part: number) =>
    samples[Math.min(samples.length - 1, Math.floor(samples.length * part))] ?? Number.NaN;
  return { runs: samples.length, medianMs: at(0.5), p95Ms: at(0.95) };
}
