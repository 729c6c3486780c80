import { Bench } from 'tinybench';
import { type Cost, costOf, quantile } from './figure.ts';
import type { Measure, Spread, Subject } from './subject.ts';

/** Times every measure of a subject, one after another. */
export async function measure(subject: Subject): Promise<readonly Cost[]> {
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
    return measures.map((one) => costOfTask(one, bench.getTask(one.name)?.result));
  } finally {
    end?.();
  }
}

type Result = Bench['tasks'][number]['result'];

function costOfTask({ name, rate, against }: Measure, result: Result | undefined): Cost {
  if (result?.state !== 'completed') {
    const error = result?.state === 'errored' ? result.error : undefined;
    throw new Error(`${name} could not be timed`, { cause: error });
  }
  const samples = result.latency.samples ?? [];
  const cost =
    rate === undefined
      ? costOf(name, 'ms', samples)
      : costOf(
          name,
          rate.unit,
          samples.map((ms) => (rate.count * 1000) / ms),
        );
  return against === undefined ? cost : { ...cost, against };
}

/** Times each thing of a spread in some rounds, after one that does not count. */
export async function measureSpread({ things: kind, rounds, prepare }: Spread): Promise<readonly Cost[]> {
  const things = await prepare();
  for (const thing of things) thing();
  const times = Array.from({ length: rounds }, () => things.map(timed).sort((one, other) => one - other));
  const cost = (measure: string, unit: string, of: (round: readonly number[]) => number): Cost =>
    costOf(measure, unit, times.map(of));
  return [
    cost(`half of ${things.length} ${kind}`, 'ms', (round) => quantile(round, 0.5)),
    cost(`99 % of them`, 'ms', (round) => quantile(round, 0.99)),
    cost('one after another', `${kind}/s`, (round) => (round.length * 1000) / sum(round)),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Milliseconds that something takes. */
export function timed(thing: () => unknown): number {
  const start = performance.now();
  thing();
  return performance.now() - start;
}
