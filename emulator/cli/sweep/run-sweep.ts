import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { inputError } from '../../base/input-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { pointKey } from '../../whatif/sweep/key.ts';
import type { PointRecord, PointResult } from '../../whatif/sweep/result.ts';
import { pointAt, type SweepSpec } from '../../whatif/sweep/spec.ts';
import { type Journal, reasonOf } from './journal.ts';
import type { LoadedSweep } from './load-spec.ts';
import type { PointPool } from './pool.ts';

/** A share of a sweep's points: every `of`-th, from `number` on. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/** The points of a shard, in order. */
function* pointsOf(spec: SweepSpec, { number, of }: Shard): Generator<number> {
  for (let index = number - 1; index < spec.count; index += of) yield index;
}

/** How many points a shard has. */
export function shardCount(spec: SweepSpec, { number, of }: Shard): number {
  return Math.max(0, Math.ceil((spec.count - (number - 1)) / of));
}

/** Results that earlier sweeps left, by key. */
export class ResultCache {
  readonly #known = new Map<string, PointResult>();
  readonly #file: string = '';
  readonly #fd: number | undefined;

  /** With a file, results are read from it and added to it; without one they are kept for this sweep alone. */
  constructor(file?: string) {
    if (file === undefined) return;
    this.#file = file;
    // What is no file, as /dev/full, may have no end, and keeps nothing.
    if (existsSync(file) && !statSync(file).isFile())
      throw inputError('file-unwritable', { file, reason: 'it is no file' });
    try {
      this.#fd = openSync(file, 'a+');
      this.#readBack(this.#fd);
    } catch (error) {
      throw inputError('file-unwritable', { file, reason: reasonOf(error) });
    }
  }

  get(key: string): PointResult | undefined {
    return this.#known.get(key);
  }

  /** Keeps a result; for this sweep alone only where the same point is met again. */
  add(key: string, result: PointResult): void {
    if (this.#fd === undefined) return;
    this.#known.set(key, result);
    try {
      writeWhole(this.#fd, `${JSON.stringify({ key, result })}\n`);
    } catch (error) {
      throw inputError('file-unwritable', { file: this.#file, reason: reasonOf(error) });
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #readBack(fd: number): void {
    const text = readFileSync(fd, 'utf8');
    if (text !== '' && !text.endsWith('\n')) writeWhole(fd, '\n');
    for (const line of text.split('\n')) {
      try {
        const { key, result } = JSON.parse(line) as { key: string; result: PointResult };
        this.#known.set(key, result);
      } catch {
        // A line that was cut off when a sweep was killed; its point is run again.
      }
    }
  }
}

/** What a sweep is told while it runs. */
export interface SweepHost {
  /** Points that are done, of all of this shard. */
  readonly progress: (done: number) => void;
  /** Becomes true when the user has had enough. */
  readonly stopped: () => boolean;
}

/** Points given to a worker at a time: enough to make the errand cheap, few enough to end soon. */
const batchSize = 20;

/**
 * Runs what is not in the journal yet. No point is run twice: points with one key wait for the first of them. Returns
 * false where it was stopped before its end.
 */
export async function runSweep(
  { spec, shared }: LoadedSweep,
  shard: Shard,
  tools: { readonly journal: Journal; readonly cache: ResultCache; readonly pool: PointPool },
  host: SweepHost,
): Promise<boolean> {
  const { journal, cache, pool } = tools;
  const keys = new Map<string, number>();
  const twins: (readonly [point: number, first: number, key: string])[] = [];
  const todo = pointsOf(spec, shard);
  const errands = new Set<Promise<void>>();

  const nextBatch = (): (readonly [point: number, key: string])[] => {
    const batch: (readonly [number, string])[] = [];
    for (let next = todo.next(); !next.done; next = todo.next()) {
      const point = next.value;
      const key = pointKey(shared, pointAt(spec, point).written);
      const first = spec.list.length > 1 ? keys.get(key) : undefined;
      if (spec.list.length > 1 && first === undefined) keys.set(key, point);
      if (journal.has(point)) continue;
      const cached = cache.get(key);
      if (cached !== undefined) journal.add(point, key, cached);
      else if (first !== undefined) twins.push([point, first, key]);
      else batch.push([point, key]);
      if (batch.length === batchSize) break;
    }
    return batch;
  };
  const start = (batch: readonly (readonly [number, string])[]): void => {
    const errand = pool.run(batch.map(([point]) => point)).then((results) => {
      for (const [index, [point, key]] of batch.entries()) {
        const result = results[index];
        if (result === undefined) continue;
        journal.add(point, key, result);
        cache.add(key, result);
      }
      host.progress(journal.count);
    });
    const settled = errand.finally(() => errands.delete(settled));
    errands.add(settled);
  };

  for (;;) {
    while (!host.stopped() && errands.size < pool.width * 2) {
      const batch = nextBatch();
      if (batch.length === 0) break;
      start(batch);
    }
    if (errands.size === 0) break;
    await Promise.race(errands);
    // A worker without threads would otherwise keep the keyboard waiting until it is through.
    await new Promise((resume) => setImmediate(resume));
  }
  if (host.stopped()) return false;
  for (const [point, first, key] of twins) journal.add(point, key, journal.read(first));
  host.progress(journal.count);
  return true;
}

/** All records of a shard, sorted by point. */
export function* recordsOf(spec: SweepSpec, shard: Shard, journal: Journal): Generator<PointRecord> {
  for (const point of pointsOf(spec, shard))
    yield { point, values: pointAt(spec, point).values, result: journal.read(point) };
}
