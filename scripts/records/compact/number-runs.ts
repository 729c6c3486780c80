import type * as z from 'zod';

type Json = z.core.util.JSONType;

const key = '#runs';
const worthwhile = 8;

/** Rows of numbers with a constant step, as `[first, step, count]`. */
function runsOf(numbers: readonly number[]): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[2] === 1) run[1] = number - run[0];
    if (run !== undefined && number === run[0] + run[1] * run[2]) run[2] += 1;
    else runs.push([number, 0, 1]);
  }
  return runs;
}

/** Replaces every long list of numbers inside a JSON value by its runs, where that is shorter. */
export function packNumbers(value: Json): Json {
  if (Array.isArray(value)) {
    const numbers = value.filter((item) => typeof item === 'number');
    if (numbers.length === value.length && numbers.length >= worthwhile) {
      const runs = runsOf(numbers);
      if (runs.length * 3 < numbers.length) return { [key]: runs };
    }
    return value.map(packNumbers);
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, packNumbers(item)]));
}

/** The inverse of `packNumbers`. */
export function unpackNumbers(value: Json): Json {
  if (Array.isArray(value)) return value.map(unpackNumbers);
  if (value === null || typeof value !== 'object') return value;
  const runs = value[key];
  if (!Array.isArray(runs)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, unpackNumbers(item)]));
  }
  return runs.flatMap((run) => {
    const [first, step, count] = Array.isArray(run) ? run.map(Number) : [];
    if (first === undefined || step === undefined || count === undefined)
      throw new Error('a run of numbers is broken');
    return Array.from({ length: count }, (_, index) => first + step * index);
  });
}
