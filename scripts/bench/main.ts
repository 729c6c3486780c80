import Table from 'cli-table3';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { aarch64 } from './aarch64.ts';
import { allocClose } from './alloc-close.ts';
import { blobs } from './blobs.ts';
import { boot } from './boot.ts';
import { dtcCompile } from './dtc-compile.ts';
import { kernelSource } from './kernel-source.ts';
import { type Figure, measure, measureSpread } from './measure.ts';
import { fragmentation, mapAndTouch } from './memory.ts';
import { native } from './native.ts';
import { wholeProcess } from './process.ts';
import type { Limit } from './subject.ts';
import { sweep } from './sweep.ts';

// Times what users wait for, and holds it against the limits that the project sets itself.

const subjects = {
  boot,
  blobs,
  'dtc-compile': dtcCompile,
  'kernel-source': kernelSource,
  'alloc-close': allocClose,
  'map-touch': mapAndTouch,
  fragmentation,
  sweep,
  process: wholeProcess,
  aarch64,
  native,
};

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage('$0 [subject…] [--json]')
  .option('json', { type: 'boolean', default: false, describe: 'One JSON document on stdout' })
  .strictOptions()
  .parseAsync();
const wanted = new Set(options._.map(String));
for (const name of wanted) {
  if (!(name in subjects))
    throw new Error(`no subject "${name}"; there are ${Object.keys(subjects).join(', ')}`);
}

function figuresOf(subject: (typeof subjects)[keyof typeof subjects]): Promise<readonly Figure[]> {
  if ('figures' in subject) return subject.figures();
  return 'things' in subject ? measureSpread(subject) : measure(subject);
}

const figures: Figure[] = [];
for (const [name, subject] of Object.entries(subjects)) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  try {
    figures.push(...(await figuresOf(subject)));
  } catch (error) {
    // The other subjects' figures are worth having all the same.
    console.error(error);
    process.exitCode = 1;
  }
}
process.stdout.write(
  options.json ? `${JSON.stringify({ schemaVersion: 1, figures }, null, 2)}\n` : printed(figures),
);

function time(ms: number): string {
  return ms < 1 ? `${(ms * 1000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`;
}

function limitText(limit: Limit | undefined): string {
  if (limit === undefined) return '';
  return 'measure' in limit ? `≤ ${limit.mostTimes} × ${limit.measure}` : `≤ ${time(limit.mostMilliseconds)}`;
}

function printed(all: readonly Figure[]): string {
  const table = new Table({
    head: ['subject', 'measure', 'median', '95 %', 'runs', 'limit', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
    style: { head: [], border: [] },
  });
  for (const figure of all) {
    const times = figure.times === undefined ? '' : `${figure.times.toFixed(2)} × `;
    const verdict = figure.within === undefined ? '' : `${times}${figure.within ? 'within' : 'ABOVE'}`;
    const { subject, measure: name, medianMs, p95Ms, runs, limit } = figure;
    table.push([subject, name, time(medianMs), time(p95Ms), runs, limitText(limit), verdict]);
  }
  return `${table.toString()}\n`;
}
