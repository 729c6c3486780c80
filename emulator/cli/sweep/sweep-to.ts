import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { refuseBrokenBase } from '../../whatif/sweep/base.ts';
import type { PointRecord, SweepHeader } from '../../whatif/sweep/result.ts';
import { workloadsOf } from '../../whatif/sweep/spec.ts';
import { type SweepSummary, summariseSweep } from '../../whatif/sweep/summary.ts';
import { loadJob } from '../jobs.ts';
import { Journal } from './journal.ts';
import { type LoadedSweep, loadSweep } from './load-spec.ts';
import { openPool } from './pool.ts';
import { openProgress } from './progress.ts';
import { readResultFile, recordLine, refuseUnwritable, resultOf, writeResultFile } from './result-file.ts';
import { ResultCache, recordsOf, runSweep, type Shard, shardCount } from './run-sweep.ts';

/** How a sweep is run and where its results go. */
export interface SweepSettings {
  readonly out: string | undefined;
  readonly resume: boolean;
  readonly cache: string | undefined;
  readonly jobs: number | undefined;
  readonly most: number;
  readonly shard: Shard;
}

export type SweepOutcome =
  | { readonly stopped: true }
  | { readonly stopped: false; readonly summary: SweepSummary };

/**
 * Runs a sweep from its text: everything that could be wrong is looked at before the first point. `look` sees the
 * records while they are still at hand.
 */
export async function sweepTo(
  source: { readonly text: string; readonly file: string },
  settings: SweepSettings,
  tell: (line: string) => void,
  look?: (summary: SweepSummary, records: Iterable<PointRecord>) => Promise<void>,
): Promise<SweepOutcome> {
  const sweep = loadSweep(source.text, source.file, settings.most);
  // A workload that is not there would be refused point by point.
  for (const name of workloadsOf(sweep.spec)) await loadJob(name, dirname(source.file));
  await refuseBrokenBase(sweep.spec);
  const { out, shard } = settings;
  if (out !== undefined) refuseUnwritable(out);
  const folder =
    out === undefined || out.startsWith('/dev/')
      ? mkdtempSync(join(tmpdir(), 'heapboard-sweep-'))
      : undefined;
  const header = headerOf(sweep);
  const journalFile = folder === undefined ? `${out}.journal` : join(folder, 'journal');
  const journal = Journal.open(
    journalFile,
    { ...header, shard: `${shard.number}/${shard.of}` },
    settings.resume,
  );
  if (settings.resume && out !== undefined && journal.count === 0) takeOver(out, header, journal);
  try {
    const done = await runAll(sweep, settings, journal);
    if (!done) {
      const kept = folder === undefined ? '; --resume goes on with them' : '';
      tell(`stopped: ${journal.count} of ${shardCount(sweep.spec, shard)} points are done${kept}`);
      journal.close();
      return { stopped: true };
    }
    const summary = finish(sweep, settings, journal, header);
    await look?.(summary, recordsOf(sweep.spec, shard, journal));
    journal.remove();
    return { stopped: false, summary };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** A sweep that was resumed after its end has its results already. */
function takeOver(out: string, header: SweepHeader, journal: Journal): void {
  if (!existsSync(out) || !statSync(out).isFile()) return;
  const before = readResultFile(out);
  if (JSON.stringify(before.header) !== JSON.stringify(header)) return;
  for (const [point, line] of before.lines) journal.add(point, '', resultOf(line));
}

function headerOf({ spec, whole }: LoadedSweep): SweepHeader {
  return { schemaVersion: 1, sweep: spec.name, spec: whole, points: spec.count };
}

async function runAll(sweep: LoadedSweep, settings: SweepSettings, journal: Journal): Promise<boolean> {
  const { shard, most, jobs } = settings;
  const total = shardCount(sweep.spec, shard);
  const progress = openProgress(total, journal.count, process.stderr.isTTY === true);
  const cache = new ResultCache(settings.cache);
  const pool = await openPool(sweep, most, total - journal.count < 2 ? 1 : jobs);
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const host = { progress: (done: number) => progress.show(done), stopped: () => stopped };
    return await runSweep(sweep, shard, { journal, cache, pool }, host);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    progress.end();
    cache.close();
    await pool.close();
  }
}

function finish(
  { spec }: LoadedSweep,
  { out, shard }: SweepSettings,
  journal: Journal,
  header: SweepHeader,
): SweepSummary {
  const records = (): Iterable<PointRecord> => recordsOf(spec, shard, journal);
  if (out !== undefined) writeResultFile(out, header, linesOf(records()));
  const axes = [
    ...new Set([...spec.list.flat().map(({ axis }) => axis), ...spec.grid.map(({ name }) => name)]),
  ];
  return summariseSweep(header, axes, spec.pivot, records());
}

function* linesOf(records: Iterable<PointRecord>): Generator<string> {
  for (const record of records) yield recordLine(record);
}
