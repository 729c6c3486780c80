import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { aarch64 } from './aarch64.ts';
import { allocClose } from './alloc-close.ts';
import { blobs } from './blobs.ts';
import { boot } from './boot.ts';
import { observe } from './circumstances.ts';
import { comparison } from './compare.ts';
import { dtcCompile } from './dtc-compile.ts';
import { type Cost, type Figure, judged } from './figure.ts';
import { memory, tarball } from './footprint.ts';
import { type Curve, curveTables } from './growth/curve.ts';
import { growth } from './growth.ts';
import { kernelSource } from './kernel-source.ts';
import { documentationTables } from './markdown.ts';
import { measure, measureSpread } from './measure.ts';
import { fragmentation, mapAndTouch } from './memory.ts';
import { native } from './native.ts';
import { wholeProcess } from './process.ts';
import { realKernel } from './real-kernel.ts';
import { figureTable, header } from './report.ts';
import { type Run, readRun } from './run.ts';
import type { Spread, Subject, Timed } from './subject.ts';
import { sweep } from './sweep.ts';
import { syscalls } from './syscalls.ts';

// Times what users wait for, and holds it against the budgets that the project sets itself.

const always = {
  process: wholeProcess,
  boot,
  blobs,
  'dtc-compile': dtcCompile,
  'kernel-source': kernelSource,
  syscalls,
  'alloc-close': allocClose,
  'map-touch': mapAndTouch,
  fragmentation,
  sweep,
  aarch64,
  memory,
  tarball,
  native,
};
const names = [...Object.keys(always), 'real-kernel', 'growth'];

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage(`$0 [subject…] [--json] [--compare FILE] [--kernel IMAGE]\n\nSubjects: ${names.join(', ')}`)
  .option('json', { type: 'boolean', default: false, describe: 'One JSON document on stdout' })
  .option('markdown', {
    type: 'string',
    describe: 'Measure nothing: print the tables of the documentation from a document of --json',
  })
  .option('kernel', {
    type: 'string',
    describe: 'The image of an arm64 kernel with heaps, for the subject real-kernel: QEMU boots it',
  })
  .option('compare', {
    type: 'string',
    describe: 'A document of --json: print the ratio of each figure to its own',
  })
  .strictOptions()
  .parseAsync();
if (options.markdown !== undefined) {
  process.stdout.write(documentationTables(readRun(readFileSync(options.markdown, 'utf8'))));
  process.exit(0);
}
const wanted = new Set(options._.map(String));
for (const name of wanted) {
  if (!names.includes(name)) throw new Error(`no subject "${name}"; there are ${names.join(', ')}`);
}
const subjects: Readonly<Record<string, Subject | Timed | Spread>> =
  options.kernel === undefined ? always : { ...always, 'real-kernel': realKernel(options.kernel) };
const old = options.compare === undefined ? undefined : readRun(readFileSync(options.compare, 'utf8'));

function costsOf(subject: Subject | Timed | Spread): Promise<readonly Cost[]> {
  if ('figures' in subject) return subject.figures();
  return 'things' in subject ? measureSpread(subject) : measure(subject);
}

/** What a subject gives, or nothing where it fails: the others are worth having all the same. */
async function attempt<Result>(
  name: string,
  take: () => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  if (wanted.size > 0 && !wanted.has(name)) return [];
  process.stderr.write(`${name} …\n`);
  try {
    return await take();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    return [];
  }
}

const conclude = observe();
const figures: Figure[] = [];
for (const [name, subject] of Object.entries(subjects))
  figures.push(...judged(name, await attempt(name, () => costsOf(subject))));
const curves: readonly Curve[] = await attempt('growth', growth);
const run: Run = { schemaVersion: 2, circumstances: conclude(), figures, curves };

const titles = new Map(Object.entries(subjects).map(([name, subject]) => [name, subject.name]));
const text = () =>
  [
    header(run.circumstances),
    figureTable(figures, titles),
    curveTables(curves),
    old === undefined ? '' : comparison(old, run),
  ].join('\n');
process.stdout.write(options.json ? `${JSON.stringify(run, null, 2)}\n` : text());
if (options.json && old !== undefined) process.stderr.write(comparison(old, run));
